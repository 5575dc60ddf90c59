/**
 * The rules for an ID token (OpenID Connect Core sections 3.1.3.7 and 12.2, RFC 8725), all of them, by our own clock.
 * The library leaves out azp, at_hash, typ, the age and the caps. Signatures are `signed-token`'s.
 */
import { createHash } from 'node:crypto';
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import type { OpenIdSettings } from './openid-settings.ts';
import { decodeToken, type Claims } from './signed-token.ts';

const MAXIMUM_LIFE_SECONDS = 86_400;
const HASHES = new Map([
  ['256', 'sha256'],
  ['384', 'sha384'],
  ['512', 'sha512'],
]);

export interface TokenExpectations {
  readonly settings: Pick<
    OpenIdSettings,
    'issuer' | 'clientId' | 'signingAlgorithms' | 'clockSkewSeconds' | 'maximumTokenAgeSeconds'
  >;
  /** A renewed token may leave the nonce out; a wrong one is wrong always. */
  readonly nonce: { readonly value: string | undefined; readonly required: boolean };
  readonly accessToken: string;
  readonly code?: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * @returns the claims, not yet verified: good for refusing only.
 * @throws BrokerError `oidc.*`
 */
export function checkIdToken(token: string, expected: TokenExpectations): Claims {
  const { header, claims, algorithm } = decodeToken(token, expected.settings.signingAlgorithms);
  checkType(header['typ']);
  checkParties(claims, expected);
  checkTimes(claims, expected.settings.clockSkewSeconds, expected.now);
  checkAge(claims, expected);
  checkNonce(claims['nonce'], expected.nonce);
  if (!isUsableSubject(claims['sub'])) refuse('oidc.subject', 'an unusable sub');
  // RFC 8417 section 2: only security events, such as logout tokens, carry `events`.
  if ('events' in claims) refuse('oidc.type', 'a security event');
  checkHash(claims, algorithm, { name: 'at_hash', of: expected.accessToken });
  if (expected.code !== undefined) checkHash(claims, algorithm, { name: 'c_hash', of: expected.code });
  return claims;
}

/** Text that is exactly one person's, whoever reads it. */
export function isUsableSubject(subject: unknown): subject is string {
  const usable =
    typeof subject === 'string' && subject.length >= 1 && subject.length <= 255 && subject.trim() === subject;
  return usable && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(subject);
}

export function checkType(typ: unknown): void {
  if (typ === undefined) return;
  if (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT') refuse('oidc.type', 'typ is not JWT');
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

/** @returns `exp`, which may have passed by the skew. */
export function checkTimes(claims: Claims, skew: number, now: number): number {
  const expires = instant(claims['exp'], 'exp');
  if (now - skew >= expires) refuse('oidc.time', 'exp has passed');
  if (expires > now + MAXIMUM_LIFE_SECONDS + skew) refuse('oidc.time', 'exp is too far away');
  for (const name of ['iat', 'nbf', 'auth_time']) {
    if (name !== 'iat' && claims[name] === undefined) continue;
    if (instant(claims[name], name) > now + skew) refuse('oidc.time', `${name} is in the future`);
  }
  return expires;
}

/** Of a token that has only just been asked for. */
function checkAge(claims: Claims, { settings, now }: TokenExpectations): void {
  const { clockSkewSeconds: skew, maximumTokenAgeSeconds: maximum } = settings;
  if (now - skew > instant(claims['iat'], 'iat') + maximum) refuse('oidc.time', 'iat is too old');
}

function instant(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  return refuse('oidc.time', `${name} is not a time`);
}

function checkNonce(nonce: unknown, expected: TokenExpectations['nonce']): void {
  if (nonce === undefined && !expected.required) return;
  if (nonce !== expected.value || nonce === undefined) refuse('oidc.nonce', 'nonce');
}

/** Ties the access token or the code to the ID token; optional in this flow, but wrong is wrong. */
function checkHash(
  claims: Claims,
  algorithm: string,
  hash: { readonly name: 'at_hash' | 'c_hash'; readonly of: string },
): void {
  if (claims[hash.name] === undefined) return;
  // EdDSA over Ed25519 goes with SHA-512.
  const digest = createHash(HASHES.get(algorithm.slice(-3)) ?? 'sha512')
    .update(hash.of, 'ascii')
    .digest();
  const expected = digest.subarray(0, digest.length / 2).toString('base64url');
  if (claims[hash.name] !== expected) refuse('oidc.signature', hash.name);
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
