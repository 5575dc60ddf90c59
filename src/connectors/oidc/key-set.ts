import { createLocalJWKSet, type JWK } from 'jose';
import { BrokerError } from '../../core/errors.ts';
import type { KeyFacts } from '../../core/ports/connector-status.ts';
import { displayText } from '../display-text.ts';
import type { LimitedFetch } from '../limited-fetch.ts';
import { isObject, parseObject } from './strict-json.ts';

const MAXIMUM_KEYS = 100;

/** A provider's public keys, each made ready once. */
export interface KeySet {
  /** The one key that a token's header names; fails when there is none, or more than one. */
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly facts: readonly KeyFacts[];
}

/** @throws BrokerError `idp.unavailable`, `idp.timeout` */
export async function fetchKeySet(url: string, fetch: LimitedFetch): Promise<KeySet> {
  const answer = await fetch(url, { headers: { accept: 'application/json, application/jwk-set+json' } });
  const keys = answer.status === 200 ? keysIn(answer.body) : undefined;
  if (keys === undefined || keys.length > MAXIMUM_KEYS) {
    throw new BrokerError('idp.unavailable', { detail: 'the provider’s key set cannot be used' });
  }
  return keySetOf(keys);
}

export function keySetOf(keys: readonly unknown[]): KeySet {
  const usable = keys.filter(isPublicKey);
  return { find: createLocalJWKSet({ keys: usable }), facts: usable.map(factsOf) };
}

function keysIn(body: Buffer): readonly unknown[] | undefined {
  const parsed = parseObject(body);
  const keys: unknown = parsed.kind === 'object' ? parsed.value['keys'] : undefined;
  return Array.isArray(keys) ? keys : undefined;
}

/** Whatever the types say, a provider may send anything here. */
function factsOf({ kty, kid, alg, use }: JWK): KeyFacts {
  const shown = (value: unknown): string | undefined =>
    displayText(typeof value === 'string' ? [value] : undefined);
  return { type: shown(kty) ?? '', id: shown(kid), algorithm: shown(alg), use: shown(use) };
}

/** One odd entry must not make the others useless: RFC 7517 section 5 lets readers ignore what they do not know. */
function isPublicKey(key: unknown): key is JWK {
  return isObject(key) && typeof key['kty'] === 'string' && key['kty'] !== 'oct';
}
