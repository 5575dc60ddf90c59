import type { Permit } from '../core/decide-access.ts';
import type { RoleGrant } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';

/** The role's settings for its grant method. Another method's permit is a mistake in the broker. */
export function grantOf<Method extends RoleGrant['method']>(
  permit: Permit,
  method: Method,
): Extract<RoleGrant, { method: Method }> {
  const { grant } = permit.role;
  if (!isOf(grant, method)) {
    throw new BrokerError('internal', { detail: `a permit for ${grant.method} came to ${method}` });
  }
  return grant;
}

function isOf<Method extends RoleGrant['method']>(
  grant: RoleGrant,
  method: Method,
): grant is Extract<RoleGrant, { method: Method }> {
  return grant.method === method;
}

/** RoleSessionName or Name; every permit of an operation that has one carries it. */
export function sessionNameOf({ sessionName, role }: Permit): string {
  if (sessionName === undefined) {
    throw new BrokerError('internal', { detail: `the permit for ${role.id} has no session name` });
  }
  return sessionName;
}
