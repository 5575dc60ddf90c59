import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a text's UTF-8 bytes, lower-case hex. */
export function sha256Hex(text: string): string {
  return hash('sha256', text);
}

/** 256 unguessable bits, base64url: session ids, flow ids, tokens. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** In constant time for texts of one length. */
export function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
