import { BrokerError } from '../../core/errors.ts';
import type { FetchedAnswer, LimitedFetch } from '../limited-fetch.ts';

const MAXIMUM_KEYS = 100;

/** A provider's public keys: the answer as it came, for the library, and which keys are in it. */
export interface KeySet {
  readonly answer: FetchedAnswer;
  readonly keyIds: ReadonlySet<unknown>;
}

/** @throws BrokerError `idp.unavailable`, `idp.timeout` */
export async function fetchKeySet(url: string, fetch: LimitedFetch): Promise<KeySet> {
  const answer = await fetch(url, { headers: { accept: 'application/json, application/jwk-set+json' } });
  const keys = answer.status === 200 ? keysIn(answer.body) : undefined;
  if (keys === undefined || keys.length > MAXIMUM_KEYS) {
    throw new BrokerError('idp.unavailable', { detail: 'the provider’s key set cannot be used' });
  }
  return { answer: { ...answer, contentType: 'application/json' }, keyIds: new Set(keys.map(keyIdOf)) };
}

function keysIn(body: Buffer): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const keys: unknown = typeof parsed === 'object' && parsed !== null && 'keys' in parsed ? parsed.keys : 0;
    return Array.isArray(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}

function keyIdOf(key: unknown): unknown {
  return typeof key === 'object' && key !== null && 'kid' in key ? key.kid : undefined;
}
