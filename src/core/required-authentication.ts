/** What a role asks of the sign-in of whoever uses it, and whether a sign-in is that. Pure. */
import { durationInWords } from '../lib/duration-in-words.ts';
import type { Role } from './catalogue.ts';
import { deny, type Denial } from './denial.ts';
import type { SignInDemand } from './ports/stores.ts';
import type { Authentication, Principal } from './principal.ts';
import type { RoleUse } from './role-use.ts';

export type RequiredAuthentication = NonNullable<Role['authentication']>;

/** Why the principal's sign-in is not what the role asks for; undefined when it is, or when the role asks for nothing. */
export function refuseAuthentication(role: Role, principal: Principal, at: Date): Denial | undefined {
  const { authentication: required } = role;
  if (required === undefined) return undefined;
  if (principal.kind === 'application') {
    return deny('role.for_people', 'the role asks for a sign-in, which an application never has');
  }
  const { authentication } = principal;
  if (!isStrongEnough(required, authentication)) {
    return deny('sign_in.stronger', `the sign-in’s contexts are none of: ${required.contexts.join(', ')}`);
  }
  if (!isRecentEnough(required, authentication, at)) {
    const words = durationInWords(required.maximumAgeSeconds ?? 0);
    return deny('sign_in.again', `the sign-in is not of the last ${words}`, {
      hint: `This role needs a sign-in of the last ${words}.`,
    });
  }
  return undefined;
}

function isStrongEnough({ contexts }: RequiredAuthentication, has: Authentication): boolean {
  return contexts.length === 0 || contexts.some((context) => has.contexts.includes(context));
}

/** A provider whose clock is ahead of ours makes nobody wait: a time to come counts as now. */
function isRecentEnough(
  { maximumAgeSeconds }: RequiredAuthentication,
  has: Authentication,
  at: Date,
): boolean {
  if (maximumAgeSeconds === undefined) return true;
  const ageMilliseconds = at.getTime() - has.at.getTime();
  // Said positively, so that a time that is no time is never recent.
  return ageMilliseconds <= maximumAgeSeconds * 1_000;
}

/** A role that passes on the person's own ID token is for those whose sign-in brings one. */
export function refuseOwnToken({ grant }: Role, { openidClients }: RoleUse): Denial | undefined {
  const passesOn = grant.method === 'assume-role-with-web-identity' && grant.token === 'user';
  if (!passesOn || openidClients.length > 0) return undefined;
  return deny('role.no_id_token', 'the sign-in is not by OpenID Connect, so that there is no ID token');
}

/** What to ask the identity provider for, so that the sign-in that comes back is what the role asks for. */
export function demandOf(required: RequiredAuthentication | undefined, now: Date): SignInDemand | undefined {
  if (required === undefined) return undefined;
  const { maximumAgeSeconds, contexts } = required;
  // Providers tell whole seconds, so that this very second must be good enough.
  const after = new Date(Math.floor(now.getTime() / 1_000) * 1_000);
  return { contexts, ...(maximumAgeSeconds === undefined ? {} : { after }) };
}
