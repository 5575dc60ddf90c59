/**
 * The trust doctor: tries a role out as Daypass would use it, keeps nothing of what AWS gives, and says what is wrong
 * and how to mend it. Each try is recorded before it is made, as every call of STS is.
 */
import { checkStsAnswer } from '../core/check-sts-answer.ts';
import type { AuditEvent, AuditEventName, JsonValue, Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { GrantMethodName } from '../core/grant-methods.ts';
import { causeOf, CHECK_CAUSES, mendedBy, type CheckCause } from '../core/onboarding/check-causes.ts';
import { dryRunPermit, WHOLE, type DryRun } from '../core/onboarding/dry-run.ts';
import { printOnboarding, type PrintedAccount } from '../core/onboarding/print-onboarding.ts';
import { sessionNeedsOf } from '../core/onboarding/trust-policies.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { GrantMethod } from '../core/ports/grant-method.ts';
import type { RoleCheckResult, RoleCheckStore } from '../core/ports/role-checks.ts';
import { principalId, type Standing } from '../core/principal.ts';
import type { Asker } from './administrators.ts';
import type { CatalogueSource, CurrentCatalogue } from './catalogue-source.ts';
import { mappingsOf, onboardingFor, roleIn, type OnboardRoleDependencies } from './onboard-role.ts';

export interface RoleCheck extends RoleCheckResult {
  readonly text: string;
  /** What mends it, for each account. */
  readonly patch?: readonly PrintedAccount[];
}

export interface RoleChecks {
  /** @throws BrokerError `administration.forbidden`, `request.not_found` */
  check(asker: Asker, roleId: string): Promise<RoleCheck>;
  /** Every role, one after the other, by nobody's wish but the configuration's. */
  checkAll(report: (check: RoleCheck) => void): Promise<void>;
}

export interface RoleChecksDependencies extends OnboardRoleDependencies {
  readonly source: Pick<CatalogueSource, 'current'>;
  readonly grants: Readonly<Record<GrantMethodName, GrantMethod>>;
  readonly audit: AuditSink;
  readonly roleCheckStore: Pick<RoleCheckStore, 'keep'>;
  readonly clock: Clock;
}

/** On whose behalf, for the record. */
interface Actor {
  readonly principal?: string;
  readonly standing?: Standing;
  readonly origin: Origin;
}

const ITSELF: Actor = { origin: { door: 'broker', requestId: 'role-checks' } };

export function createRoleChecks(dependencies: RoleChecksDependencies): RoleChecks {
  return {
    async check(asker, roleId) {
      const { current } = await dependencies.administrators.admit(asker);
      const { principal, origin } = asker;
      const actor = { principal: principalId(principal), standing: principal.standing, origin };
      return new Check(dependencies, { current, roleId, actor }).run();
    },
    async checkAll(report) {
      const { compiled } = await dependencies.source.current();
      for (const roleId of compiled.roles.keys()) {
        // What has changed meanwhile counts as it is now.
        const current = await dependencies.source.current();
        if (!current.compiled.roles.has(roleId)) continue;
        report(await new Check(dependencies, { current, roleId, actor: ITSELF }).run());
      }
    },
  };
}

interface CheckOf {
  readonly current: CurrentCatalogue;
  readonly roleId: string;
  readonly actor: Actor;
}

type Found = Pick<RoleCheck, 'outcome' | 'cause'> & Partial<Pick<RoleCheck, 'detail'>>;

class Check {
  readonly #dependencies: RoleChecksDependencies;
  readonly #of: CheckOf;

  constructor(dependencies: RoleChecksDependencies, of: CheckOf) {
    this.#dependencies = dependencies;
    this.#of = of;
  }

  async run(): Promise<RoleCheck> {
    const { roleId } = this.#of;
    const found = await this.#find();
    const { outcome, cause } = found;
    await this.#keep(found);
    const patch = outcome === 'works' ? undefined : await this.#patch(cause);
    return {
      roleId,
      ...found,
      text: CHECK_CAUSES[cause].text,
      ...(patch === undefined ? {} : { patch }),
    };
  }

  async #find(): Promise<Found> {
    const { role } = roleIn(this.#of.current, this.#of.roleId);
    const { grant } = role;
    if (role.reservedForServices.length > 0) return { outcome: 'unchecked', cause: 'unchecked.service' };
    if (grant.method === 'get-session-token') return this.#tryKey(grant);
    if (grant.method === 'assume-role-with-web-identity' && grant.token === 'user')
      return { outcome: 'unchecked', cause: 'unchecked.own-token' };
    const failure = await this.#try(WHOLE);
    if (failure !== undefined) return this.#narrowed(failure);
    const hasExternalId = grant.method === 'assume-role' && grant.externalId !== undefined;
    const without = hasExternalId ? await this.#try({ ...WHOLE, externalId: false }) : undefined;
    return hasExternalId && without === undefined
      ? { outcome: 'warns', cause: 'external-id.not-required' }
      : { outcome: 'works', cause: 'check.works' };
  }

  /** Its session could do all that the user may, and no policy narrows it: the key alone is tried. */
  async #tryKey(grant: {
    readonly credentialSource: string;
    readonly mfaSerialNumber?: string | undefined;
  }): Promise<Found> {
    const { account } = roleIn(this.#of.current, this.#of.roleId);
    await this.#recordTry({ operation: 'GetCallerIdentity' });
    const failure = await failureOf(() =>
      this.#dependencies.sourcePrincipals.arnOf(grant.credentialSource, account),
    );
    if (failure !== undefined) return failed(failure);
    return grant.mfaSerialNumber === undefined
      ? { outcome: 'works', cause: 'check.key-works' }
      : { outcome: 'unchecked', cause: 'unchecked.mfa' };
  }

  /** AWS often says no more than that it refuses. What works with less tells what was missing. */
  async #narrowed(failure: BrokerError): Promise<Found> {
    const found = failed(failure);
    if (found.cause !== 'trust.refused') return found;
    const { current, roleId } = this.#of;
    const needs = sessionNeedsOf(roleIn(current, roleId).role, mappingsOf(current, roleId));
    const tries = [
      [needs.sessionTags, { ...WHOLE, tags: false }, 'trust.tag-session'],
      [needs.sourceIdentity, { ...WHOLE, sourceIdentity: false }, 'trust.source-identity'],
      [
        needs.sessionTags && needs.sourceIdentity,
        { ...WHOLE, tags: false, sourceIdentity: false },
        'trust.session-actions',
      ],
    ] as const;
    for (const [applies, run, cause] of tries) {
      if (applies && (await this.#try(run)) === undefined) return { ...found, cause };
    }
    return found;
  }

  async #try(run: DryRun): Promise<BrokerError | undefined> {
    const { current, roleId } = this.#of;
    const { grants, clock } = this.#dependencies;
    const { credentialSources } = current.compiled;
    const permit = dryRunPermit(roleIn(current, roleId), mappingsOf(current, roleId), run, credentialSources);
    await this.#recordTry({ roleArn: permit.roleArn, sessionName: permit.sessionName ?? null, ...run });
    return failureOf(async () => {
      const answer = await grants[permit.role.grant.method].issue(permit, {});
      checkStsAnswer(permit, answer, clock.now());
    });
  }

  /** Without one where it cannot be worked out: a source that AWS refuses cannot say who it is. */
  async #patch(cause: CheckCause): Promise<readonly PrintedAccount[] | undefined> {
    const mends = mendedBy(cause);
    if (mends === undefined) return undefined;
    const { current, roleId } = this.#of;
    const { role, account } = roleIn(current, roleId);
    try {
      const onboarding = await onboardingFor(current, roleId, this.#dependencies);
      const existing = { role: true, provider: mends === 'role' };
      return printOnboarding(onboarding, { role, account, existing, members: [] }).accounts;
    } catch (error) {
      if (error instanceof BrokerError) return undefined;
      throw error;
    }
  }

  #recordTry(detail: Readonly<Record<string, JsonValue>>): Promise<void> {
    return this.#record('role-check.requested', { role: this.#of.roleId, ...detail });
  }

  async #keep(found: Found): Promise<void> {
    const { roleId, actor } = this.#of;
    const event = this.#event('role-check.completed', { role: roleId, ...found });
    const check = { roleId, at: event.at, ...found };
    await this.#dependencies.roleCheckStore.keep(check, { event, standing: actor.standing });
  }

  async #record(name: AuditEventName, detail: Readonly<Record<string, JsonValue>>): Promise<void> {
    await this.#dependencies.audit.record(this.#event(name, detail), this.#of.actor.standing);
  }

  #event(name: AuditEventName, detail: Readonly<Record<string, JsonValue>>): AuditEvent {
    const { principal, origin } = this.#of.actor;
    const who = principal === undefined ? {} : { principal };
    return { name, at: this.#dependencies.clock.now(), ...who, origin, detail };
  }
}

function failed(error: BrokerError): Found {
  const { detail } = error;
  return { outcome: 'fails', cause: causeOf(error), ...(detail === undefined ? {} : { detail }) };
}

async function failureOf(attempt: () => Promise<unknown>): Promise<BrokerError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof BrokerError && error.code !== 'internal') return error;
    throw error;
  }
}
