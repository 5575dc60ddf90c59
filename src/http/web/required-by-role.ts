import type { Request, Response } from 'express';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import type { RequiredAuthentication } from '../../core/required-authentication.ts';
import { personOf } from './signed-in.ts';

/**
 * What the role that `for` names asks of a sign-in. The address says which role, never what is asked: who
 * writes their own address asks for less in vain, since the decision looks at the sign-in that came of it.
 * Only of a role that the person has: to everybody else, whether a role exists is no answer of ours.
 */
export async function requiredByRole(
  entitlements: Pick<EntitlementSource, 'find'>,
  request: Request,
  response: Response,
): Promise<RequiredAuthentication | undefined> {
  const roleId = request.query['for'];
  const person = personOf(response);
  if (typeof roleId !== 'string' || person === undefined) return undefined;
  return (await entitlements.find(person.principal, roleId))?.role.authentication;
}
