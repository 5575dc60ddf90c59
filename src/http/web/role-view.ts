import type { Entitlement, MappingChoice } from '../../core/entitlements.ts';
import type { Reason } from '../../core/applicable-mappings.ts';
import { supportOf, type DurationLimits } from '../../core/role-limits.ts';
import type { AccountView, RolePage, RoleView } from './view-models.ts';

export function accountView({ account }: Entitlement): Omit<AccountView, 'roles'> {
  const { id, name, environment, colour, partition } = account;
  return { id, name, environment, colour, partition };
}

/** A role as one of its mappings gives it: the one that is used unless a request names another. */
export function roleView(entitlement: Entitlement, chosen: MappingChoice = entitlement): RoleView {
  const { role, chained, alternatives } = entitlement;
  const { reason, limits } = chosen;
  const href = `/roles/${role.id}`;
  return {
    id: role.id,
    label: role.label ?? lastPart(role.roleName),
    roleName: role.roleName,
    description: role.description,
    operation: supportOf(role).operation,
    chained,
    howLong: howLong(limits, chained),
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

/** The usual choices within the limits, with the default among them. */
export function durationChoices(limits: DurationLimits): RolePage['durations'] {
  const usual = [900, 3_600, 4 * 3_600, 8 * 3_600, 12 * 3_600, 24 * 3_600, 36 * 3_600];
  const within = usual.filter(
    (seconds) => seconds >= limits.minimumSeconds && seconds <= limits.maximumSeconds,
  );
  return [...new Set([...within, limits.defaultSeconds, limits.maximumSeconds])]
    .toSorted((a, b) => a - b)
    .map((seconds) => ({ seconds, label: inWords(seconds), selected: seconds === limits.defaultSeconds }));
}

function howLong({ maximumSeconds }: DurationLimits, chained: boolean): string {
  return `up to ${inWords(maximumSeconds)}${chained ? ' (chained)' : ''}`;
}

function why({ through, value }: Reason): string {
  return through === 'user' ? 'given to you by name' : `through ${through} ${value}`;
}

function inWords(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  const parts = [
    hours === 0 ? '' : `${hours} ${hours === 1 ? 'hour' : 'hours'}`,
    minutes === 0 ? '' : `${minutes} minutes`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? `${seconds} seconds` : parts.join(' ');
}

function lastPart(roleName: string): string {
  return roleName.slice(roleName.lastIndexOf('/') + 1);
}
