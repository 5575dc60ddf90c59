import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Person } from '../people.ts';
import { SECOND_FACTOR, SECOND_FACTOR_METHODS } from '../second-factor.ts';
import type { OpenIdKey } from '../signing-keys.ts';

/** Minutes, as good providers have it: a role that passes the token on needs a fresh one soon. */
const ID_TOKEN_SECONDS = 600;

/** One sign-in, from the page on which somebody picked who to be until its code is redeemed. */
export interface Grant {
  readonly person: Person;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  readonly nonce: string | undefined;
  readonly authenticatedAt: Date;
  readonly secondFactor: boolean;
}

/** What the scopes open (OpenID Connect Core section 5.4); groups always, as a company configures it. */
export function claimsOf(person: Person, scopes: ReadonlySet<string>): Record<string, unknown> {
  return {
    sub: person.subject,
    groups: person.groups,
    ...(scopes.has('profile') ? { name: person.displayName, ...person.attributes } : {}),
    ...(scopes.has('email') ? { email: person.email, email_verified: true } : {}),
  };
}

interface IdTokenContext {
  readonly issuer: string;
  readonly key: OpenIdKey;
  readonly now: Date;
}

export async function mintIdToken(
  grant: Grant,
  accessToken: string,
  context: IdTokenContext,
): Promise<string> {
  const issuedAt = Math.floor(context.now.getTime() / 1000);
  const payload = {
    ...claimsOf(grant.person, grant.scopes),
    iss: context.issuer,
    aud: grant.clientId,
    azp: grant.clientId,
    iat: issuedAt,
    exp: issuedAt + ID_TOKEN_SECONDS,
    auth_time: Math.floor(grant.authenticatedAt.getTime() / 1000),
    ...(grant.secondFactor ? { acr: SECOND_FACTOR, amr: SECOND_FACTOR_METHODS } : {}),
    at_hash: halfHash(accessToken),
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: context.key.kid, typ: 'JWT' })
    .sign(context.key.privateKey);
}

/** The left half of the access token's hash (OpenID Connect Core section 3.1.3.6). */
function halfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken, 'ascii').digest().subarray(0, 16).toString('base64url');
}
