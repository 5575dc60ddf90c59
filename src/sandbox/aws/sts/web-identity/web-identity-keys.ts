import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { DocumentCache } from '../document-cache.ts';
import type { DocumentFetcher } from '../document-fetcher.ts';

const MAX_KEYS = 200;

/** What AWS wants to find in a discovery document before it looks at keys at all. */
const NEEDED_MEMBERS = [
  'issuer',
  'jwks_uri',
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
];

/** A discovery document or key set that AWS would not take. */
class KeysUnusable extends Error {}

/** Finds the keys of OpenID providers by discovery, and remembers them. */
export class WebIdentityKeys {
  readonly #cache: DocumentCache<JWTVerifyGetKey>;

  constructor(fetcher: DocumentFetcher, now: () => Date) {
    this.#cache = new DocumentCache((issuer) => readKeys(fetcher, issuer), now);
  }

  get(issuer: string): Promise<JWTVerifyGetKey> {
    return this.#cache.get(issuer);
  }

  getNewer(issuer: string): Promise<JWTVerifyGetKey> | undefined {
    return this.#cache.getNewer(issuer);
  }
}

async function readKeys(fetcher: DocumentFetcher, issuer: string): Promise<JWTVerifyGetKey> {
  const discovery = parseObject(
    await fetcher.fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  const missing = NEEDED_MEMBERS.find((member) => !(member in discovery));
  if (missing !== undefined) throw new KeysUnusable(`the discovery document has no ${missing}`);
  if (discovery['issuer'] !== issuer) throw new KeysUnusable('the discovery document is of another issuer');
  const address = discovery['jwks_uri'];
  if (typeof address !== 'string') throw new KeysUnusable('jwks_uri is no text');
  const keySet = parseObject(await fetcher.fetch(address));
  const keys: unknown = keySet['keys'];
  if (!Array.isArray(keys) || keys.length > MAX_KEYS)
    throw new KeysUnusable('the key set has no keys, or too many');
  return createLocalJWKSet({ keys: keys as JSONWebKeySet['keys'] });
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KeysUnusable('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KeysUnusable('not an object');
  return value as Record<string, unknown>;
}
