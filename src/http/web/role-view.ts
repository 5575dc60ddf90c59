import type { Entitlement, MappingChoice } from '../../core/entitlements.ts';
import type { Role } from '../../core/catalogue.ts';
import type { Reason } from '../../core/applicable-mappings.ts';
import type { UserPrincipal } from '../../core/principal.ts';
import { refuseAuthentication } from '../../core/required-authentication.ts';
import { supportOf, type DurationLimits } from '../../core/role-limits.ts';
import { durationInWords } from '../../lib/duration-in-words.ts';
import type { AccountView, RolePage, RoleView } from './view-models.ts';

export function accountView({ account }: Pick<Entitlement, 'account'>): Omit<AccountView, 'roles'> {
  const { id, name, environment, colour, partition } = account;
  return { id, name, environment, colour, partition };
}

export function roleLabel({ label, roleName }: Pick<Role, 'label' | 'roleName'>): string {
  return label ?? lastPart(roleName);
}

/** A role as one of its mappings gives it: the one that is used unless a request names another. */
export function roleView(entitlement: Entitlement, chosen: MappingChoice = entitlement): RoleView {
  const { role, chained, alternatives } = entitlement;
  const { reason, limits } = chosen;
  const href = `/roles/${role.id}`;
  return {
    id: role.id,
    label: roleLabel(role),
    roleName: role.roleName,
    description: role.description,
    operation: supportOf(role).operation,
    chained,
    howLong: howLong(limits, chained),
    asksFor: asksFor(role),
    why: why(reason),
    mappingId: reason.mappingId,
    otherMappingsCount: alternatives.length,
    consolePossible: supportOf(role).console !== 'never',
    needsMfaCode: role.grant.method === 'get-session-token' && role.grant.mfaSerialNumber !== undefined,
    reservedFor: role.reservedForServices,
    consoleAction: `${href}/console`,
    credentialsAction: `${href}/credentials`,
    href,
  };
}

/** The mappings to choose from, where there is a choice. */
export function mappingChoices(entitlement: Entitlement, chosen: MappingChoice): RolePage['mappings'] {
  const { role, chained, alternatives } = entitlement;
  if (alternatives.length === 0) return [];
  return [entitlement, ...alternatives].map(({ reason, limits }) => ({
    id: reason.mappingId,
    why: why(reason),
    howLong: howLong(limits, chained),
    href: `/roles/${role.id}?mapping=${encodeURIComponent(reason.mappingId)}`,
    isChosen: reason.mappingId === chosen.reason.mappingId,
  }));
}

/** The usual choices within the limits, with the default among them, and what was chosen before if it is possible. */
export function durationChoices(limits: DurationLimits, chosenText?: string): RolePage['durations'] {
  const chosen = Number(chosenText);
  const isPossible = chosen >= limits.minimumSeconds && chosen <= limits.maximumSeconds;
  const selected = Number.isInteger(chosen) && isPossible ? chosen : limits.defaultSeconds;
  const usual = [900, 3_600, 4 * 3_600, 8 * 3_600, 12 * 3_600, 24 * 3_600, 36 * 3_600];
  const within = usual.filter(
    (seconds) => seconds >= limits.minimumSeconds && seconds <= limits.maximumSeconds,
  );
  return [...new Set([...within, selected, limits.defaultSeconds, limits.maximumSeconds])]
    .toSorted((a, b) => a - b)
    .map((seconds) => ({ seconds, label: durationInWords(seconds), selected: seconds === selected }));
}

/** What the role wants of a sign-in, in a few words. */
function asksFor({ authentication }: Role): string | undefined {
  if (authentication === undefined) return undefined;
  const { maximumAgeSeconds, contexts } = authentication;
  const stronger = contexts.length > 0 ? 'stronger' : undefined;
  if (maximumAgeSeconds === undefined) return 'asks for a stronger sign-in';
  const kind = ['fresh', stronger].filter((word) => word !== undefined).join(', ');
  return `asks for a ${kind} sign-in (${durationInWords(maximumAgeSeconds)})`;
}

/** The same in full, and whether the present sign-in will do. */
export function signInView({ role }: Entitlement, principal: UserPrincipal, now: Date): RolePage['signIn'] {
  const { authentication } = role;
  if (authentication === undefined) return undefined;
  const { maximumAgeSeconds, contexts } = authentication;
  return {
    newest: maximumAgeSeconds === undefined ? undefined : durationInWords(maximumAgeSeconds),
    contexts,
    willDo: refuseAuthentication(role, principal, now) === undefined,
  };
}

function howLong({ maximumSeconds }: DurationLimits, chained: boolean): string {
  return `up to ${durationInWords(maximumSeconds)}${chained ? ' (chained)' : ''}`;
}

function why({ through, value }: Reason): string {
  return through === 'user' ? 'given to you by name' : `through ${through} ${value}`;
}

function lastPart(roleName: string): string {
  return roleName.slice(roleName.lastIndexOf('/') + 1);
}
