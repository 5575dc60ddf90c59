import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { DocumentCache } from '../document-cache.ts';
import type { DocumentFetcher } from '../document-fetcher.ts';

/** Of each kind; AWS takes a hundred of RSA and a hundred of elliptic curves. */
const MAX_KEYS = 100;

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

  /** Other keys than those that were `seen`; undefined where they were read a moment ago. */
  getNewer(issuer: string, seen: Promise<JWTVerifyGetKey>): Promise<JWTVerifyGetKey> | undefined {
    return this.#cache.getNewer(issuer, seen);
  }
}

async function readKeys(fetcher: DocumentFetcher, issuer: string): Promise<JWTVerifyGetKey> {
  const discovery = parseObject(
    await fetcher.fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  const missing = NEEDED_MEMBERS.find((member) => !(member in discovery));
  if (missing !== undefined) throw new KeysUnusable(`the discovery document has no ${missing}`);
  if (discovery['issuer'] !== issuer) throw new KeysUnusable('the discovery document is of another issuer');
  const keySet = parseObject(await fetcher.fetch(addressOfKeys(issuer, discovery['jwks_uri'])));
  const keys: unknown = keySet['keys'];
  if (!Array.isArray(keys)) throw new KeysUnusable('the key set has no keys');
  const usable = keys.filter(isKey);
  for (const kind of ['RSA', 'EC']) {
    if (usable.filter(({ kty }) => kty === kind).length > MAX_KEYS) {
      throw new KeysUnusable(`more than ${MAX_KEYS} keys of kind ${kind}`);
    }
  }
  return createLocalJWKSet({ keys: usable.filter(({ kty }) => kty === 'RSA' || kty === 'EC') });
}

/** What was found by TLS must not be continued without. */
function addressOfKeys(issuer: string, address: unknown): string {
  if (typeof address !== 'string' || (issuer.startsWith('https:') && !address.startsWith('https:'))) {
    throw new KeysUnusable('jwks_uri is no https address');
  }
  return address;
}

function isKey(value: unknown): value is JSONWebKeySet['keys'][number] {
  return typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string';
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
