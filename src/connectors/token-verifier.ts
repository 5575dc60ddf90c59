/** Verifies the tokens of applications and of the platforms they run on, by keys that the catalogue leads to. */
import type { Clock } from '../core/ports/clock.ts';
import { BrokerError } from '../core/errors.ts';
import {
  TOKEN_ALGORITHMS,
  type ClaimedToken,
  type KeySource,
  type TokenVerifier,
  type VerifiedToken,
} from '../core/ports/token-verifier.ts';
import { createCachedSource, type CachedSource } from './cached-source.ts';
import { createLimitedFetch, type LimitedFetch } from './limited-fetch.ts';
import { fetchKeySet, keySetOf, type KeySet } from './oidc/key-set.ts';
import { fetchIssuerKeys } from './oidc/issuer-keys.ts';
import { decodeToken, verifySignature, type DecodedToken } from './oidc/signed-token.ts';

/** RFC 7523bis names the last for client authentication. Logout tokens and access tokens have others. */
const TYPES = new Set(['jwt', 'client-authentication+jwt']);
const MAXIMUM_LENGTH = 16_384;
/** For clocks that are ahead of ours. None in the other direction: what has ended gives nothing. */
const SKEW_SECONDS = 60;
/** Sources of catalogues that were in force once. */
const MAXIMUM_SOURCES = 1_000;

export interface TokenVerifierOptions {
  readonly clock: Clock;
  readonly allowHttp: boolean;
}

export function createTokenVerifier({ clock, allowHttp }: TokenVerifierOptions): TokenVerifier {
  const fetch = createLimitedFetch({ allowHttp });
  const sources = new Map<string, CachedSource<KeySet>>();

  function keysOf(source: KeySource): CachedSource<KeySet> {
    const name = JSON.stringify(source);
    const known = sources.get(name) ?? createCachedSource(clock, loaderOf(source, { fetch, allowHttp }));
    sources.set(name, known);
    const [oldest] = sources.keys();
    if (sources.size > MAXIMUM_SOURCES && oldest !== undefined) sources.delete(oldest);
    return known;
  }

  return {
    read(token) {
      try {
        return claimedIn(decode(token));
      } catch (error) {
        if (error instanceof BrokerError) return undefined;
        throw error;
      }
    },
    async verify(token, source) {
      try {
        const verified = checked(decode(token), clock.now().getTime() / 1_000);
        await verifySignature(token, keysOf(source), TOKEN_ALGORITHMS);
        return verified;
      } catch (error) {
        if (!(error instanceof BrokerError) || !error.code.startsWith('oidc.')) throw error;
        throw new BrokerError('client.invalid', { detail: error.detail ?? error.code });
      }
    },
  };
}

function loaderOf(
  source: KeySource,
  { fetch, allowHttp }: { readonly fetch: LimitedFetch; readonly allowHttp: boolean },
): () => Promise<KeySet> {
  switch (source.kind) {
    case 'keys': {
      const keys = Promise.resolve(keySetOf(source.keys));
      return () => keys;
    }
    case 'url':
      return () => fetchKeySet(source.url, fetch);
    case 'issuer':
      return () => fetchIssuerKeys(source.issuer, fetch, allowHttp);
  }
}

function decode(token: string): DecodedToken {
  if (token.length > MAXIMUM_LENGTH) refuse('too long');
  return decodeToken(token, TOKEN_ALGORITHMS);
}

function claimedIn({ header, claims }: DecodedToken): ClaimedToken {
  const { iss, sub, aud } = claims;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (typeof iss !== 'string' || typeof sub !== 'string' || !audiences.every(isText)) {
    return refuse('iss, sub and aud are not all there');
  }
  const { kid } = header;
  return { issuer: iss, subject: sub, audiences, keyId: isText(kid) ? kid : undefined, claims };
}

function checked(decoded: DecodedToken, now: number): VerifiedToken {
  const { typ } = decoded.header;
  if (typ !== undefined && !(isText(typ) && TYPES.has(typ.toLowerCase()))) refuse('typ');
  const { exp, iat, nbf, events } = decoded.claims;
  if (events !== undefined) refuse('a security event');
  if (!isInstant(exp) || exp <= now) return refuse('exp');
  for (const start of [iat, nbf]) {
    if (start !== undefined && !(isInstant(start) && start <= now + SKEW_SECONDS)) refuse('iat or nbf');
  }
  return {
    ...claimedIn(decoded),
    issuedAt: isInstant(iat) ? new Date(iat * 1_000) : undefined,
    expiresAt: new Date(exp * 1_000),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Within what dates can tell. */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < 1e11;
}

function refuse(detail: string): never {
  throw new BrokerError('client.invalid', { detail });
}
