/** A person's ID token that an application shows, which was made for the application and not for a sign-in here. */
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import type { SignedInPerson } from '../../core/principal.ts';
import { checkAuthentication } from './check-authentication.ts';
import { checkTimes, checkType, isUsableSubject } from './check-id-token.ts';
import { readIdentity } from './read-claims.ts';
import type { RelyingParty } from './relying-party.ts';
import { decodeToken, verifySignature, type Claims } from './signed-token.ts';

const MAXIMUM_LENGTH = 16_384;

/** @throws BrokerError `oidc.*`, `idp.*` */
export async function readSubjectToken(
  token: string,
  audiences: readonly string[],
  { settings, clock, keys }: RelyingParty,
): Promise<{ readonly person: SignedInPerson; readonly expiresAt: Date }> {
  const now = clock.now();
  if (token.length > MAXIMUM_LENGTH) refuse('oidc.signature', 'too long');
  const { header, claims } = decodeToken(token, settings.signingAlgorithms);
  checkType(header['typ']);
  if ('events' in claims) refuse('oidc.type', 'a security event');
  if (claims['iss'] !== settings.issuer) refuse('oidc.issuer', 'iss');
  checkAudiences(claims, audiences);
  const expires = checkTimes(claims, settings.clockSkewSeconds, now.getTime() / 1_000);
  // No second longer: what comes of it ends with it.
  if (expires * 1_000 <= now.getTime()) refuse('oidc.time', 'exp has passed');
  if (!isUsableSubject(claims['sub'])) refuse('oidc.subject', 'an unusable sub');
  await verifySignature(token, keys, settings.signingAlgorithms);
  const authentication = checkAuthentication(claims, settings, { demand: undefined, now });
  return {
    person: { identity: readIdentity(claims, settings), authentication },
    expiresAt: new Date(expires * 1_000),
  };
}

/** One that is meant for others as well could have been taken from any of them. */
function checkAudiences({ aud, azp }: Claims, audiences: readonly string[]): void {
  const named: unknown[] = [aud].flat();
  const isOurs = (name: unknown): boolean => typeof name === 'string' && audiences.includes(name);
  // Of an empty list every one would be.
  if (named.length === 0 || !named.every(isOurs)) refuse('oidc.audience', 'aud');
  if (azp !== undefined && !isOurs(azp)) refuse('oidc.audience', 'azp');
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
