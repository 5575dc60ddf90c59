/** What an application that has proven itself may be given: for itself or a person, which roles, and for how long. */
import { applicableMappings, keysOf } from '../../core/applicable-mappings.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { isFor, type Principal, type SignedInPerson, type Standing } from '../../core/principal.ts';
import { rolesOfScope } from '../../core/token-scope.ts';
import { actForPerson, type ActForPersonDependencies, type PersonActedFor } from './act-for-person.ts';
import type { ProvenApplication } from './shown-proof.ts';

export interface GrantDependencies extends ActForPersonDependencies {
  /** Our name as issuer of access tokens: the base URL. */
  readonly issuer: string;
  readonly clock: Clock;
  /** The longest life of a token. */
  readonly lifeSeconds: number;
}

export interface WantedGrant {
  /** A person's own ID token, where the application acts for them. */
  readonly subjectToken?: string | undefined;
  readonly scope?: string | undefined;
  /** RFC 8707 resources and RFC 8693 audiences. */
  readonly targets?: readonly string[];
}

export interface DecidedGrant {
  readonly principal: Principal;
  /** Whom it acts for. */
  readonly person: SignedInPerson | undefined;
  /** `proofId` of all that it hangs on. */
  readonly proofs: readonly string[];
  readonly roles: readonly string[] | undefined;
  readonly lifeSeconds: number;
}

/** @throws BrokerError `target.invalid`, `grant.not_allowed`, `subject_token.invalid`, `scope.invalid`, `idp.*` */
export async function decideGrant(
  dependencies: GrantDependencies,
  { subjectToken, scope, targets = [] }: WantedGrant,
  { proven, standing }: { readonly proven: ProvenApplication; readonly standing: Standing },
): Promise<DecidedGrant> {
  const { issuer, catalogue } = dependencies;
  const { application, proof } = proven;
  if (!targets.every((target) => target === apiOf(issuer))) throw new BrokerError('target.invalid');
  const acted =
    subjectToken === undefined ? undefined : await actForPerson(dependencies, application, subjectToken);
  const principal = principalOf(proven, acted, standing);
  const { compiled } = await catalogue.current();
  const keys = keysOf(principal);
  const mayUse = (roleId: string): boolean =>
    isFor(principal, roleId) && applicableMappings(compiled, principal, keys, roleId).length > 0;
  return {
    principal,
    person: acted?.person,
    proofs: acted === undefined ? [proof] : [proof, acted.proof],
    roles: rolesOfScope(scope, mayUse) ?? acted?.onlyRoles,
    lifeSeconds: lifeOf(dependencies, proven, acted),
  };
}

/** What access tokens are for, as RFC 8707 names it. */
export function apiOf(issuer: string): string {
  return `${issuer}/api`;
}

function principalOf(
  { application }: ProvenApplication,
  acted: PersonActedFor | undefined,
  standing: Standing,
): Principal {
  const { id, name } = application;
  if (acted === undefined) return { kind: 'application', id, name, standing };
  const narrowed = acted.onlyRoles === undefined ? {} : { onlyRoles: acted.onlyRoles };
  return { kind: 'user', ...acted.person, standing, actor: id, ...narrowed };
}

/** Never past the end of what it came from. */
function lifeOf(
  { clock, lifeSeconds }: GrantDependencies,
  { endsAt }: ProvenApplication,
  acted: PersonActedFor | undefined,
): number {
  const now = clock.now().getTime();
  const left = [endsAt, acted?.endsAt].flatMap((end) =>
    end === undefined ? [] : [Math.floor((end.getTime() - now) / 1_000)],
  );
  const life = Math.min(lifeSeconds, ...left);
  if (life >= 1) return life;
  const code = acted === undefined ? 'client.invalid' : 'subject_token.invalid';
  throw new BrokerError(code, { detail: 'it ends this very second' });
}
