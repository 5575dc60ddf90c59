import { timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../../../lib/hash.ts';

/** Who may ask this provider for sign-ins. */
export interface OpenIdClient {
  readonly id: string;
  /** Absent for a public client, which proves itself by PKCE alone. */
  readonly secret?: string;
}

type ClientCredentials =
  | { readonly method: 'none'; readonly id: string }
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly id: string;
      readonly secret: string;
    };

/**
 * What a token request proves itself with (RFC 6749 section 2.3.1). Two methods in one request are a
 * mistake of the client's, hence undefined.
 */
export function readClientCredentials(
  authorization: string | undefined,
  form: URLSearchParams,
): ClientCredentials | undefined {
  const id = form.get('client_id');
  const secret = form.get('client_secret');
  if (authorization !== undefined) {
    const basic = readBasic(authorization);
    const agrees = secret === null && (id === null || id === basic?.id);
    return agrees ? basic : undefined;
  }
  if (id === null) return undefined;
  return secret === null ? { method: 'none', id } : { method: 'client_secret_post', id, secret };
}

function readBasic(authorization: string): ClientCredentials | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]{1,2048}={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const [decodedId, decodedSecret] = [formDecode(id), formDecode(secret)];
  if (decodedId === undefined || decodedSecret === undefined) return undefined;
  return { method: 'client_secret_basic', id: decodedId, secret: decodedSecret };
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** A confidential client must show its secret; a public one has none to show. */
export function isAuthentic(client: OpenIdClient, shown: ClientCredentials): boolean {
  if (client.secret === undefined) return shown.method === 'none';
  return shown.method !== 'none' && equalInConstantTime(shown.secret, client.secret);
}

function equalInConstantTime(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(one)), Buffer.from(sha256Hex(other)));
}
