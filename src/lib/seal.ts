/**
 * Encryption at rest: AES-256-GCM under keys derived from the master key, one for each purpose.
 *
 * What is sealed is bound to the place it is kept in (the context: table, column and row id), so a value
 * copied into another row does not open there.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from './secret.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed value that cannot be opened. Its message names neither key nor content. */
export class SealError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealError';
  }
}

export interface Sealer {
  /** `v1.{key id}.{base64url of nonce, ciphertext and tag}` */
  seal(plain: string, context: string): string;
  /** @throws SealError if the value was altered, moved, or sealed under another master key. */
  open(sealed: string, context: string): string;
}

/**
 * @param masterKey 32 bytes, base64.
 * @param purpose keeps the keys of different uses apart; never changes once something is sealed for it.
 */
export function createSealer(masterKey: Secret, purpose: string): Sealer {
  const master = decodeMasterKey(masterKey);
  const key = deriveKey(master, `daypass seal ${purpose}`);
  // A digest of a derived key: tells keys apart without saying anything about the master key.
  const keyId = createHash('sha256')
    .update(deriveKey(master, 'daypass seal key id'))
    .digest('hex')
    .slice(0, 12);
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(associatedData(keyId, context));
      const sealed = Buffer.concat([
        nonce,
        cipher.update(plain, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `v1.${keyId}.${sealed.toString('base64url')}`;
    },
    open(sealed, context) {
      const bytes = sealedBytes(sealed, keyId);
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associatedData(keyId, context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([plain, decipher.final()]).toString('utf8');
      } catch {
        throw new SealError('A sealed value was altered, or belongs to another row.');
      }
    },
  };
}

export function decodeMasterKey(masterKey: Secret): Buffer {
  const bytes = Buffer.from(masterKey.reveal(), 'base64');
  if (bytes.length !== 32) throw new SealError('The master key must be 32 bytes, base64.');
  return bytes;
}

export function deriveKey(master: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, '', info, 32));
}

function associatedData(keyId: string, context: string): Buffer {
  return Buffer.from(`v1\0${keyId}\0${context}`, 'utf8');
}

function sealedBytes(sealed: string, keyId: string): Buffer {
  const [version, sealedUnder, encoded, ...rest] = sealed.split('.');
  if (version !== 'v1' || sealedUnder === undefined || encoded === undefined || rest.length > 0) {
    throw new SealError('A sealed value has an unknown form.');
  }
  if (sealedUnder !== keyId) {
    throw new SealError(`A value was sealed under master key ${sealedUnder}; the one in use is ${keyId}.`);
  }
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError('A sealed value is too short.');
  return bytes;
}
