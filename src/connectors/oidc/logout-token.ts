/**
 * OpenID Connect Back-Channel Logout 1.0, sections 2.4 to 2.6: the provider calls us to end sessions. Whoever
 * can reach the address can send a token; only the provider's signature, over a token of this kind, counts.
 */
import { BrokerError } from '../../core/errors.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { ProviderLogout } from '../connector.ts';
import { isUsableSubject } from './check-id-token.ts';
import type { RelyingParty } from './relying-party.ts';
import { decodeToken, verifySignature, type Claims, type DecodedToken } from './signed-token.ts';
import { isObject } from './strict-json.ts';

const MAXIMUM_LENGTH = 16_384;
const MAXIMUM_AGE_SECONDS = 300;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Section 2.4 recommends the first; many providers write the last. */
const TYPES = new Set(['logout+jwt', 'application/logout+jwt', 'jwt']);

/** @throws BrokerError `oidc.logout_token`, `idp.*` */
export async function readLogoutToken(token: string, party: RelyingParty): Promise<ProviderLogout> {
  const { settings, keys } = party;
  const now = party.clock.now().getTime() / 1_000;
  try {
    if (token.length > MAXIMUM_LENGTH) refuse('it is too long');
    const decoded = decodeToken(token, settings.signingAlgorithms);
    const logout = judge(decoded, party, now);
    await verifySignature(token, keys, settings.signingAlgorithms);
    return logout;
  } catch (error) {
    if (
      error instanceof BrokerError &&
      error.code.startsWith('oidc.') &&
      error.code !== 'oidc.logout_token'
    ) {
      throw new BrokerError('oidc.logout_token', { detail: error.detail ?? error.code });
    }
    throw error;
  }
}

function judge({ header, claims }: DecodedToken, { settings }: RelyingParty, now: number): ProviderLogout {
  const { typ } = header;
  const ofThisKind = typ === undefined || (typeof typ === 'string' && TYPES.has(typ.toLowerCase()));
  if (!ofThisKind) refuse('typ is not logout+jwt');
  if (claims['iss'] !== settings.issuer) refuse('iss');
  const audience: unknown = claims['aud'];
  const audiences: unknown[] = Array.isArray(audience) ? audience : [audience];
  if (!audiences.includes(settings.clientId)) refuse('aud');
  const { events, jti } = claims;
  if (!isObject(events) || !Object.hasOwn(events, LOGOUT_EVENT) || !isObject(events[LOGOUT_EVENT])) {
    refuse('events does not name a logout');
  }
  // An ID token must never pass for a logout token, which anybody in possession of one could then send.
  if ('nonce' in claims) refuse('it has a nonce');
  const issued = checkTimes(claims, settings.clockSkewSeconds, now);
  if (typeof jti !== 'string' || jti === '') refuse('jti');
  return {
    sessions: selectorOf(claims, settings.id),
    spend: [
      {
        scope: `logout-token ${settings.issuer}`,
        value: sha256Hex(jti),
        expiresAt: new Date((issued + MAXIMUM_AGE_SECONDS + settings.clockSkewSeconds + 1) * 1_000),
      },
    ],
  };
}

/** @returns when it was issued. */
function checkTimes(claims: Claims, skew: number, now: number): number {
  const { iat, exp, nbf } = claims;
  if (!isInstant(iat)) return refuse('iat is not a time');
  if (iat > now + skew) refuse('iat is in the future');
  if (now - skew > iat + MAXIMUM_AGE_SECONDS) refuse('iat is too old');
  if (exp !== undefined && (!isInstant(exp) || now - skew >= exp)) refuse('exp');
  if (nbf !== undefined && (!isInstant(nbf) || nbf > now + skew)) refuse('nbf');
  return iat;
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function selectorOf({ sub, sid }: Claims, connectorId: string): ProviderLogout['sessions'] {
  if (sub !== undefined && !isUsableSubject(sub)) refuse('an unusable sub');
  if (sid !== undefined && !isUsableSession(sid)) refuse('an unusable sid');
  if (sub === undefined) {
    return sid === undefined ? refuse('neither sub nor sid') : { connectorId, providerSession: sid };
  }
  return { connectorId, subject: sub, ...(sid === undefined ? {} : { providerSession: sid }) };
}

/** The provider's own name for its session, from a verified token. */
export function isUsableSession(sid: unknown): sid is string {
  return typeof sid === 'string' && sid !== '' && sid.length <= 1_024;
}

function refuse(detail: string): never {
  throw new BrokerError('oidc.logout_token', { detail });
}
