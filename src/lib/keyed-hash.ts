/** What only this installation can compute: proofs and successors of tokens that nobody has to store. */
import { createHmac } from 'node:crypto';
import type { Secret } from './secret.ts';
import { decodeMasterKey, deriveKey } from './seal.ts';

/** 256 bits, base64url. */
export type KeyedHash = (text: string) => string;

/** @param purpose keeps the keys of different uses apart; never changes once something was handed out by it. */
export function createKeyedHash(masterKey: Secret, purpose: string): KeyedHash {
  const key = deriveKey(decodeMasterKey(masterKey), `daypass keyed hash ${purpose}`);
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}
