/** What ID tokens and logout tokens share: the compact form, the header's rules, the signature (RFC 7515, RFC 8725). */
import { compactVerify } from 'jose';
import { BrokerError } from '../../core/errors.ts';
import type { CachedSource } from '../cached-source.ts';
import type { KeySet } from './key-set.ts';
import { parseObject, type JsonObject } from './strict-json.ts';

/** Keys, or where to find them, never come from the token that they would prove. */
const FORBIDDEN_HEADERS = ['crit', 'jwk', 'jku', 'x5u', 'x5c', 'b64', 'zip', 'enc'];

export type Claims = JsonObject;

/** Not yet verified: good for refusing only. */
export interface DecodedToken {
  readonly header: JsonObject;
  readonly algorithm: string;
  readonly claims: Claims;
}

/** @throws BrokerError `oidc.signature`; `oidc.subject` when the claims could be read in more than one way. */
export function decodeToken(token: string, allowed: readonly string[]): DecodedToken {
  const [head, payload, signature, ...more] = token.split('.');
  if (head === undefined || payload === undefined || more.length > 0 || !isBase64Url(signature)) {
    throw new BrokerError('oidc.signature', { detail: 'not a signed token' });
  }
  const header = decodePart(head);
  const claims = decodePart(payload);
  if (header.kind !== 'object' || claims.kind === 'malformed') {
    throw new BrokerError('oidc.signature', { detail: 'a part is not a JSON object' });
  }
  if (claims.kind === 'overlong') {
    throw new BrokerError('oidc.groups', { detail: 'more values than any list of groups may have' });
  }
  if (claims.kind === 'ambiguous') {
    throw new BrokerError('oidc.subject', { detail: 'a claim stands twice, or is __proto__' });
  }
  return { header: header.value, algorithm: checkHeader(header.value, allowed), claims: claims.value };
}

/**
 * By the provider's published keys. One that appeared after they were read is looked for once: a provider may
 * sign with a key that it has only just made.
 *
 * @throws BrokerError `oidc.signature`, `idp.*`
 */
export async function verifySignature(
  token: string,
  keys: CachedSource<KeySet>,
  algorithms: readonly string[],
): Promise<void> {
  const known = await keys.get();
  if (await fits(token, known, algorithms)) return;
  const newest = await keys.refetch();
  if (newest !== known && (await fits(token, newest, algorithms))) return;
  throw new BrokerError('oidc.signature', { detail: 'no key of the provider fits' });
}

async function fits(token: string, keys: KeySet, algorithms: readonly string[]): Promise<boolean> {
  try {
    await compactVerify(token, keys.find, { algorithms: [...algorithms] });
    return true;
  } catch {
    // No key, several without a name, one that is too weak, or a signature that is wrong: all the same here.
    return false;
  }
}

function decodePart(part: string): ReturnType<typeof parseObject> {
  return isBase64Url(part) ? parseObject(Buffer.from(part, 'base64url')) : { kind: 'malformed' };
}

function isBase64Url(part: string | undefined): boolean {
  return part !== undefined && /^[\w-]+$/.test(part);
}

function checkHeader(header: JsonObject, allowed: readonly string[]): string {
  const { alg, kid } = header;
  if (typeof alg !== 'string' || !allowed.includes(alg)) {
    throw new BrokerError('oidc.signature', { detail: 'alg is not on the list' });
  }
  if (FORBIDDEN_HEADERS.some((name) => Object.hasOwn(header, name))) {
    throw new BrokerError('oidc.signature', { detail: 'a forbidden header' });
  }
  if (kid !== undefined && typeof kid !== 'string') {
    throw new BrokerError('oidc.signature', { detail: 'kid is not a text' });
  }
  return alg;
}
