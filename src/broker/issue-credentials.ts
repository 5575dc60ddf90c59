/**
 * THE pipeline. Whoever asks, by whatever door, these steps run in this order:
 *
 *   principal -> find role -> decide -> audit the intent -> grant method -> STS -> check STS's answer
 *             -> audit the outcome -> delivery
 *
 * Nothing leaves before its record is committed; nothing is asked of STS before the intent is. Where a role turns reuse
 * on, what STS gave for exactly the same is handed out again: decided and recorded anew, without the steps of asking.
 */
import { randomUUID } from 'node:crypto';
import type { AuditEventName, JsonValue, Origin } from '../core/audit-event.ts';
import { checkStsAnswer } from '../core/check-sts-answer.ts';
import { decideAccess, type AccessRequest, type Permit } from '../core/decide-access.ts';
import { denialError } from '../core/denial.ts';
import { BrokerError } from '../core/errors.ts';
import type { GrantMethodName } from '../core/grant-methods.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Delivery } from '../core/ports/delivery.ts';
import type { GrantInput, GrantMethod } from '../core/ports/grant-method.ts';
import { principalId, type Principal } from '../core/principal.ts';
import type { TrustFacts } from '../core/trust-needs.ts';
import type { CatalogueSource } from './catalogue-source.ts';
import { ownSteps, withSteps, type OwnQuestion } from './explain-own.ts';
import { permitDetail } from './permit-detail.ts';
import { reuseKeyOf } from './reuse-key.ts';
import { ReusedCredentials, type Granted } from './reused-credentials.ts';

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
  readonly trust: TrustFacts;
}

export function createIssueCredentials(dependencies: IssueDependencies): IssueCredentials {
  const parts = { ...dependencies, reused: new ReusedCredentials(dependencies.clock) };
  return (request) => new Issue(parts, request).run();
}

interface IssueParts extends IssueDependencies {
  readonly reused: ReusedCredentials;
}

interface Decided {
  readonly permit: Permit;
  readonly question: OwnQuestion;
}

/** One run of the pipeline; its id ties the intent, which tells everything that was asked, to the outcome. */
class Issue<Delivered> {
  readonly #id = randomUUID();
  readonly #dependencies: IssueParts;
  readonly #request: IssueRequest<Delivered>;

  constructor(dependencies: IssueParts, request: IssueRequest<Delivered>) {
    this.#dependencies = dependencies;
    this.#request = request;
  }

  async run(): Promise<Delivered> {
    const decided = await this.#decide();
    const granted = await this.#obtain(decided);
    await this.#recordOutcome(decided.permit, granted);
    return this.#deliver(decided.permit, granted);
  }

  async #decide(): Promise<Decided> {
    const { principal, access, delivery } = this.#request;
    const { catalogue, clock, trust } = this.#dependencies;
    const current = await catalogue.current();
    const request = { ...access, purpose: delivery.purpose, at: clock.now() };
    const question = { current, trust, principal, request };
    const decision = decideAccess(current.compiled, principal, request);
    if (decision.permitted) return { permit: decision, question };
    await this.#record('credentials.denied', {
      role: access.roleId.slice(0, 128),
      reason: decision.code,
      detail: decision.detail,
      catalogueVersion: current.version,
    });
    throw denialError(decision, ownSteps(question));
  }

  /** Between looking and keeping nothing is waited for, so that of many at once one asks. */
  #obtain(decided: Decided): Promise<Granted> {
    const { permit, question } = decided;
    const { reused } = this.#dependencies;
    const { input, delivery } = this.#request;
    const { reuse } = permit.role;
    const catalogueVersion = question.current.version;
    const key = reuseKeyOf({ permit, catalogueVersion, input, purpose: delivery.purpose });
    if (key === undefined || reuse === undefined) return this.#ask(decided);
    const known = reused.find(key);
    if (known !== undefined) return this.#join(permit, known);
    return reused.keep(key, this.#ask(decided), reuse.minimumLeftSeconds);
  }

  async #ask({ permit, question }: Decided): Promise<Granted> {
    await this.#record('credentials.requested', permitDetail(permit));
    const { grants, clock } = this.#dependencies;
    return this.#orFailed('credentials.failed', permit, async () => {
      const method = grants[permit.role.grant.method];
      const answer = await method.issue(permit, this.#request.input).catch((error: unknown) => {
        throw withSteps(error, question);
      });
      return { credentials: checkStsAnswer(permit, answer, clock.now()), issue: this.#id };
    });
  }

  /** What fails for the one who asked fails for all who wait: none of them would fare better a moment later. */
  #join(permit: Permit, granting: Promise<Granted>): Promise<Granted> {
    return this.#orFailed('credentials.failed', permit, () => granting);
  }

  /**
   * The session is asked once more: who was signed out meanwhile gets nothing. What is reused has no intent of its own,
   * so that this one record tells everything.
   */
  async #recordOutcome(permit: Permit, { credentials, issue }: Granted): Promise<void> {
    const { accessKeyId, expiresAt } = credentials;
    const reused = issue === this.#id ? {} : { reused: true, firstIssue: issue, ...permitDetail(permit) };
    await this.#orFailed('credentials.failed', permit, () =>
      this.#record('credentials.issued', {
        role: permit.role.id,
        roleArn: permit.roleArn,
        sessionName: permit.sessionName ?? null,
        accessKeyId,
        expiresAt: expiresAt.toISOString(),
        ...reused,
      }),
    );
  }

  async #deliver(permit: Permit, { credentials }: Granted): Promise<Delivered> {
    const { delivery } = this.#request;
    if (delivery.purpose !== 'console') return delivery.deliver(credentials, permit);
    return this.#orFailed('console-url.failed', permit, async () => {
      const delivered = await delivery.deliver(credentials, permit);
      await this.#record('console-url.issued', { role: permit.role.id });
      return delivered;
    });
  }

  async #orFailed<Result>(
    name: AuditEventName,
    permit: Permit,
    step: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await step();
    } catch (error) {
      await this.#recordFailure(name, permit, error);
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
