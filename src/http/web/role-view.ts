import type { Entitlement, Reason } from '../../core/decide-access.ts';
import { supportOf, type DurationLimits } from '../../core/role-limits.ts';
import type { AccountView, RolePage, RoleView } from './view-models.ts';

export function accountView({ account }: Entitlement): Omit<AccountView, 'roles'> {
  const { id, name, environment, colour, partition } = account;
  return { id, name, environment, colour, partition };
}

export function roleView(entitlement: Entitlement): RoleView {
  const { role, reason, limits, chained, alternatives } = entitlement;
  const href = `/roles/${role.id}`;
  return {
    id: role.id,
    label: role.label ?? lastPart(role.roleName),
    roleName: role.roleName,
    description: role.description,
    operation: supportOf(role).operation,
    chained,
    howLong: `up to ${inWords(limits.maximumSeconds)}${chained ? ' (chained)' : ''}`,
    why: why(reason),
    mappingId: reason.mappingId,
    otherMappings: alternatives.map((other) => ({ id: other.mappingId, why: why(other) })),
    consolePossible: supportOf(role).console !== 'never',
    needsMfaCode: role.grant.method === 'get-session-token' && role.grant.mfaSerialNumber !== undefined,
    reservedFor: role.reservedForServices,
    consoleAction: `${href}/console`,
    credentialsAction: `${href}/credentials`,
    href,
  };
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
