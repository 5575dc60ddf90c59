import { hash, randomBytes } from 'node:crypto';

/** SHA-256 of a text's UTF-8 bytes, lower-case hex. */
export function sha256Hex(text: string): string {
  return hash('sha256', text);
}

/** 256 unguessable bits, base64url: session ids, flow ids, tokens. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
