/**
 * The rules for an ID token (OpenID Connect Core section 3.1.3.7, RFC 8725), all of them, by our own clock.
 * The library leaves out azp, at_hash, typ, the age and the caps. It verifies the signature; this does not.
 */
import { createHash } from 'node:crypto';
import type { OidcConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError, type ErrorCode } from '../../core/errors.ts';

const MAXIMUM_AGE_SECONDS = 300;
const MAXIMUM_LIFE_SECONDS = 86_400;
/** Keys, or where to find them, never come from the token that they would prove. */
const FORBIDDEN_HEADERS = ['crit', 'jwk', 'jku', 'x5u', 'x5c', 'b64', 'zip', 'enc'];
const HASHES = new Map([
  ['256', 'sha256'],
  ['384', 'sha384'],
  ['512', 'sha512'],
]);

export type Claims = Readonly<Record<string, unknown>>;

interface TokenExpectations {
  readonly settings: Pick<
    OidcConnectorSettings,
    'issuer' | 'clientId' | 'signingAlgorithms' | 'clockSkewSeconds'
  >;
  readonly nonce: string;
  readonly accessToken: string;
  /** Seconds since 1970. */
  readonly now: number;
}

export interface CheckedToken {
  readonly keyId: string | undefined;
  /** Not yet verified: good for refusing only. */
  readonly claims: Claims;
}

/** @throws BrokerError `oidc.*` */
export function checkIdToken(token: string, expected: TokenExpectations): CheckedToken {
  const [header, claims] = decode(token);
  const algorithm = checkHeader(header, expected.settings.signingAlgorithms);
  checkParties(claims, expected);
  checkTimes(claims, expected);
  if (claims['nonce'] !== expected.nonce) refuse('oidc.nonce', 'nonce');
  checkSubject(claims['sub']);
  // RFC 8417 section 2: only security events, such as logout tokens, carry `events`.
  if ('events' in claims) refuse('oidc.type', 'a security event');
  checkAccessTokenHash(claims['at_hash'], algorithm, expected.accessToken);
  const keyId = header['kid'];
  if (keyId !== undefined && typeof keyId !== 'string') refuse('oidc.signature', 'kid');
  return { keyId, claims };
}

function decode(token: string): [header: Claims, claims: Claims] {
  const parts = token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === '') {
    refuse('oidc.signature', 'not a signed token');
  }
  return [decodePart(header), decodePart(payload)];
}

function decodePart(part: string): Claims {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Claims;
  } catch {
    // Falls through to the one refusal.
  }
  return refuse('oidc.signature', 'a part is not a JSON object');
}

function checkHeader(header: Claims, allowed: readonly string[]): string {
  const { alg, typ } = header;
  if (typeof alg !== 'string' || !allowed.includes(alg)) refuse('oidc.signature', 'alg is not on the list');
  if (FORBIDDEN_HEADERS.some((name) => name in header)) refuse('oidc.signature', 'a forbidden header');
  if (typ !== undefined && (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT')) {
    refuse('oidc.type', 'typ is not JWT');
  }
  return alg;
}

function checkParties(claims: Claims, { settings }: TokenExpectations): void {
  if (claims['iss'] !== settings.issuer) refuse('oidc.issuer', 'iss');
  const audience = claims['aud'];
  const audiences: unknown[] = Array.isArray(audience) ? audience : [audience];
  if (!audiences.includes(settings.clientId)) refuse('oidc.audience', 'aud');
  const authorized = claims['azp'];
  if (authorized === undefined && audiences.length === 1) return;
  if (authorized !== settings.clientId) refuse('oidc.audience', 'azp');
}

function checkTimes(claims: Claims, { settings, now }: TokenExpectations): void {
  const skew = settings.clockSkewSeconds;
  const expires = instant(claims['exp'], 'exp');
  if (now - skew >= expires) refuse('oidc.time', 'exp has passed');
  if (expires > now + MAXIMUM_LIFE_SECONDS + skew) refuse('oidc.time', 'exp is too far away');
  const issued = instant(claims['iat'], 'iat');
  if (issued > now + skew) refuse('oidc.time', 'iat is in the future');
  if (now - skew > issued + MAXIMUM_AGE_SECONDS) refuse('oidc.time', 'iat is too old');
  for (const name of ['nbf', 'auth_time']) {
    if (claims[name] !== undefined && instant(claims[name], name) > now + skew) {
      refuse('oidc.time', `${name} is in the future`);
    }
  }
}

function instant(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  return refuse('oidc.time', `${name} is not a time`);
}

function checkSubject(subject: unknown): void {
  const usable =
    typeof subject === 'string' && subject.length >= 1 && subject.length <= 255 && subject.trim() === subject;
  if (!usable || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(subject)) refuse('oidc.subject', 'an unusable sub');
}

/** Ties the access token to the ID token; optional in this flow, but wrong is wrong. */
function checkAccessTokenHash(claimed: unknown, algorithm: string, accessToken: string): void {
  if (claimed === undefined) return;
  // EdDSA over Ed25519 goes with SHA-512.
  const digest = createHash(HASHES.get(algorithm.slice(-3)) ?? 'sha512')
    .update(accessToken, 'ascii')
    .digest();
  const expected = digest.subarray(0, digest.length / 2).toString('base64url');
  if (claimed !== expected) refuse('oidc.signature', 'at_hash');
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
