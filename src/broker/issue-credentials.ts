/**
 * THE pipeline. Whoever asks, by whatever door, these steps run in this order:
 *
 *   principal -> find role -> decide -> audit the intent -> grant method -> STS -> check STS's answer
 *             -> audit the outcome -> delivery
 *
 * Nothing leaves before its record is committed; nothing is asked of STS before the intent is.
 */
import { randomUUID } from 'node:crypto';
import type { AuditEventName, JsonValue, Origin } from '../core/audit-event.ts';
import { checkStsAnswer } from '../core/check-sts-answer.ts';
import type { TemporaryCredentials } from '../core/credentials.ts';
import { decideAccess, type AccessRequest, type Permit } from '../core/decide-access.ts';
import { denialError } from '../core/denial.ts';
import { BrokerError } from '../core/errors.ts';
import type { GrantMethodName } from '../core/grant-methods.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Delivery } from '../core/ports/delivery.ts';
import type { GrantInput, GrantMethod } from '../core/ports/grant-method.ts';
import { principalId, type Principal } from '../core/principal.ts';
import type { CatalogueSource } from './catalogue-source.ts';

export interface IssueRequest<Delivered> {
  readonly principal: Principal;
  readonly access: Omit<AccessRequest, 'purpose' | 'at'>;
  readonly input: GrantInput;
  readonly delivery: Delivery<Delivered>;
  readonly origin: Origin;
}

export type IssueCredentials = <Delivered>(request: IssueRequest<Delivered>) => Promise<Delivered>;

export interface IssueDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly grants: Readonly<Record<GrantMethodName, GrantMethod>>;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

export function createIssueCredentials(dependencies: IssueDependencies): IssueCredentials {
  return (request) => new Issue(dependencies, request).run();
}

/** One run of the pipeline; its id ties the intent, which tells everything that was asked, to the outcome. */
class Issue<Delivered> {
  readonly #id = randomUUID();
  readonly #dependencies: IssueDependencies;
  readonly #request: IssueRequest<Delivered>;

  constructor(dependencies: IssueDependencies, request: IssueRequest<Delivered>) {
    this.#dependencies = dependencies;
    this.#request = request;
  }

  async run(): Promise<Delivered> {
    const permit = await this.#decide();
    await this.#record('credentials.requested', permitDetail(permit));
    const credentials = await this.#grant(permit);
    await this.#recordOutcome(permit, credentials);
    return this.#deliver(permit, credentials);
  }

  async #decide(): Promise<Permit> {
    const { principal, access, delivery } = this.#request;
    const { catalogue, clock } = this.#dependencies;
    const { version, compiled } = await catalogue.current();
    const asked = { ...access, purpose: delivery.purpose, at: clock.now() };
    const decision = decideAccess(compiled, principal, asked);
    if (decision.permitted) return decision;
    await this.#record('credentials.denied', {
      role: access.roleId.slice(0, 128),
      reason: decision.code,
      detail: decision.detail,
      catalogueVersion: version,
    });
    throw denialError(decision);
  }

  async #grant(permit: Permit): Promise<TemporaryCredentials> {
    try {
      const answer = await this.#dependencies.grants[permit.role.grant.method].issue(
        permit,
        this.#request.input,
      );
      return checkStsAnswer(permit, answer, this.#dependencies.clock.now());
    } catch (error) {
      await this.#recordFailure('credentials.failed', permit, error);
      throw error;
    }
  }

  /** The session is asked once more: who was signed out meanwhile gets nothing. */
  async #recordOutcome(permit: Permit, credentials: TemporaryCredentials): Promise<void> {
    const { accessKeyId, expiresAt } = credentials;
    try {
      await this.#record('credentials.issued', {
        role: permit.role.id,
        roleArn: permit.roleArn,
        sessionName: permit.sessionName ?? null,
        accessKeyId,
        expiresAt: expiresAt.toISOString(),
      });
    } catch (error) {
      await this.#recordFailure('credentials.failed', permit, error);
      throw error;
    }
  }

  async #deliver(permit: Permit, credentials: TemporaryCredentials): Promise<Delivered> {
    const { delivery } = this.#request;
    if (delivery.purpose !== 'console') return delivery.deliver(credentials, permit);
    try {
      const delivered = await delivery.deliver(credentials, permit);
      await this.#record('console-url.issued', { role: permit.role.id });
      return delivered;
    } catch (error) {
      await this.#recordFailure('console-url.failed', permit, error);
      throw error;
    }
  }

  /** Records what someone does in their own name: only while their session or token stands. */
  async #record(name: AuditEventName, detail: Readonly<Record<string, JsonValue>>): Promise<void> {
    await this.#write(name, detail, this.#request.principal.standing);
  }

  /** A failure is told even when the session is gone; if it cannot be told, the first fault is what counts. */
  async #recordFailure(name: AuditEventName, permit: Permit, error: unknown): Promise<void> {
    const code = error instanceof BrokerError ? error.code : 'internal';
    // The intent without an outcome says it; trying again would only make somebody wait twice as long.
    if (code === 'store.unavailable') return;
    const detail = error instanceof BrokerError && error.detail !== undefined ? { detail: error.detail } : {};
    try {
      await this.#write(name, { role: permit.role.id, reason: code, ...detail });
    } catch (secondFault) {
      if (!(secondFault instanceof BrokerError)) throw secondFault;
    }
  }

  async #write(
    name: AuditEventName,
    detail: Readonly<Record<string, JsonValue>>,
    standing?: Principal['standing'],
  ): Promise<void> {
    const { principal, origin, delivery } = this.#request;
    const event = {
      name,
      at: this.#dependencies.clock.now(),
      principal: principalId(principal),
      origin,
      detail: { issue: this.#id, delivery: delivery.name, ...actorOf(principal), ...detail },
    };
    await this.#dependencies.audit.record(event, standing);
  }
}

/** Who acts for the person, where it is not they themselves. */
function actorOf(principal: Principal): Record<string, JsonValue> {
  return principal.kind === 'user' && principal.actor !== undefined
    ? { actor: `application:${principal.actor}` }
    : {};
}

/** Everything that is asked of AWS, as far as there is any. */
function permitDetail(permit: Permit): Record<string, JsonValue> {
  const { sessionName, sourceIdentity, sessionPolicy, managedPolicyArns, sessionTags } = permit;
  return {
    role: permit.role.id,
    roleArn: permit.roleArn,
    grantMethod: permit.role.grant.method,
    mapping: permit.reason.mappingId,
    through: permit.reason.through,
    value: permit.reason.value,
    durationSeconds: permit.durationSeconds,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    ...(managedPolicyArns.length === 0 ? {} : { managedPolicyArns }),
    ...(sessionTags.length === 0 ? {} : { sessionTags: sessionTags.map((tag) => ({ ...tag })) }),
  };
}
