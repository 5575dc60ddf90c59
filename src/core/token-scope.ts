import { BrokerError } from './errors.ts';

const PREFIX = 'role:';

/**
 * The roles that a scope (RFC 6749 section 3.3) narrows a token to: `role:` and a role's id, each.
 *
 * @returns undefined where nothing is asked for, which is everything.
 * @throws BrokerError `scope.invalid` for a word that is none of it, or a role that is not there to narrow to.
 */
export function rolesOfScope(
  scope: string | undefined,
  mayUse: (roleId: string) => boolean,
): readonly string[] | undefined {
  if (scope === undefined) return undefined;
  const words = new Set(scope.split(' ').filter((word) => word !== ''));
  const roles = [...words].map((word) => (word.startsWith(PREFIX) ? word.slice(PREFIX.length) : ''));
  if (roles.length === 0 || !roles.every(mayUse)) throw new BrokerError('scope.invalid');
  return roles;
}

export function scopeOfRoles(roles: readonly string[]): string {
  return roles.map((role) => PREFIX + role).join(' ');
}
