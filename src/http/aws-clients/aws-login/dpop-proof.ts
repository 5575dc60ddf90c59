/**
 * RFC 9449 section 4.3, as narrow as the clients of `aws login` are: ES256 alone, and the key that the proof brings
 * along, which decides nothing until what was kept of an earlier one is compared with it.
 */
import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyProof } from '../../../broker/answered-proofs.ts';
import { BrokerError } from '../../../core/errors.ts';

const LONGEST_PROOF = 4_096;
const OLDEST_SECONDS = 120;
const NEWEST_SECONDS = 60;

export interface ExpectedProof {
  readonly method: 'POST';
  /** As the client knows it: a proxy in front may have been asked by another name. */
  readonly url: string;
  readonly now: Date;
}

/**
 * @param header two of them arrive joined by a comma, which no proof holds.
 * @throws BrokerError `proof.invalid`
 */
export function readDpopProof(header: unknown, expected: ExpectedProof): KeyProof {
  if (typeof header !== 'string' || header.length > LONGEST_PROOF) refuse('it is missing, or too long');
  const [, head = '', body = '', signature = ''] =
    /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(header) ?? [];
  const { typ, alg, jwk, crit } = objectIn(head);
  if (typ !== 'dpop+jwt' || alg !== 'ES256' || crit !== undefined) refuse('it is no dpop+jwt by ES256');
  const point = pointOf(jwk);
  if (!isSignedBy(point, `${head}.${body}`, signature)) refuse('its signature does not fit its key');
  return { thumbprint: thumbprintOf(point), ...readClaims(objectIn(body), expected) };
}

function refuse(detail: string): never {
  throw new BrokerError('proof.invalid', { detail, hint: `The DPoP proof was refused: ${detail}.` });
}

function objectIn(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not JSON: refused like everything else that is no object.
  }
  return refuse('it is not readable');
}

interface Point {
  readonly x: string;
  readonly y: string;
}

function pointOf(jwk: unknown): Point {
  const { kty, crv, x, y, d } = (typeof jwk === 'object' && jwk !== null ? jwk : {}) as Record<
    string,
    unknown
  >;
  if (d !== undefined) refuse('it shows the private key');
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y))
    refuse('its key is not on P-256');
  return { x, y };
}

/** 32 bytes in their only spelling, so that one key has one thumbprint. */
function isCoordinate(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.length === 32 && bytes.toString('base64url') === value;
}

function isSignedBy(point: Point, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', ...point }, format: 'jwk' });
    const bytes = Buffer.from(signature, 'base64url');
    return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, bytes);
  } catch {
    return refuse('its key is not on P-256');
  }
}

/** RFC 7638: these members alone, in this order. */
function thumbprintOf({ x, y }: Point): string {
  return hash('sha256', JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }), 'base64url');
}

function readClaims(
  { htm, htu, iat, jti }: Readonly<Record<string, unknown>>,
  { method, url, now }: ExpectedProof,
): Pick<KeyProof, 'id' | 'expiresAt'> {
  if (htm !== method || addressIn(htu) !== addressIn(url)) refuse(`it is for another address than ${url}`);
  if (typeof jti !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(jti)) refuse('it has no usable id');
  if (typeof iat !== 'number' || !Number.isFinite(iat)) refuse('it does not say when it was made');
  const age = now.getTime() / 1_000 - iat;
  if (age > OLDEST_SECONDS || age < -NEWEST_SECONDS) {
    refuse(
      `it was made ${Math.abs(Math.round(age))} seconds ${age > 0 ? 'ago' : 'from now'}; check this machine’s clock`,
    );
  }
  return { id: jti, expiresAt: new Date((iat + OLDEST_SECONDS) * 1_000) };
}

/** Without query and fragment, and as every spelling of the same address ends up (RFC 3986 section 6.2). */
function addressIn(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { origin, pathname, username, password } = new URL(url);
  return username === '' && password === '' ? origin + pathname : undefined;
}
