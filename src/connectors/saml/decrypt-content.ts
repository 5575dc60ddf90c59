/**
 * The cryptography of encrypted assertions: RSA-OAEP around an AES-GCM key. Not the older ciphers: RSA 1.5 and
 * AES-CBC answer whoever may ask often enough with the plaintext, since nothing tells them that it was changed.
 */
import { constants, createDecipheriv, privateDecrypt, randomBytes, type KeyObject } from 'node:crypto';

export type OaepHash = 'sha1' | 'sha256';

interface ContentCipher {
  readonly name: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';
  readonly keyBytes: number;
}

export interface Sealed {
  readonly cipher: ContentCipher;
  /** Initialisation vector, ciphertext and tag, one behind the other (XML Encryption 1.1 section 5.2.4). */
  readonly content: Buffer;
  readonly oaepHash: OaepHash;
  readonly wrappedKey: Buffer;
}

const GCM = 'http://www.w3.org/2009/xmlenc11#';

export const CONTENT_CIPHERS: ReadonlyMap<string, ContentCipher> = new Map([
  [`${GCM}aes128-gcm`, { name: 'aes-128-gcm', keyBytes: 16 }],
  [`${GCM}aes192-gcm`, { name: 'aes-192-gcm', keyBytes: 24 }],
  [`${GCM}aes256-gcm`, { name: 'aes-256-gcm', keyBytes: 32 }],
]);

/** XML Encryption 1.1 section 5.5.2. SHA-1 is no weakness here: OAEP needs no collision resistance of it. */
export const OAEP = {
  older: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
  newer: 'http://www.w3.org/2009/xmlenc11#rsa-oaep',
  defaultDigest: 'http://www.w3.org/2000/09/xmldsig#sha1',
  defaultMaskGenerator: 'http://www.w3.org/2009/xmlenc11#mgf1sha1',
  digests: new Map<string, OaepHash>([
    ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
    ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ]),
  maskGenerators: new Map<string, OaepHash>([
    ['http://www.w3.org/2009/xmlenc11#mgf1sha1', 'sha1'],
    ['http://www.w3.org/2009/xmlenc11#mgf1sha256', 'sha256'],
  ]),
} as const;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Every key is tried to the end, and a wrong one costs what the right one costs. */
export function decryptContent(sealed: Sealed, keys: readonly KeyObject[]): Buffer | undefined {
  const opened = keys.map((key) => openContent(sealed, unwrapKey(sealed, key)));
  return opened.find((content) => content !== undefined);
}

/** The content's key; a random one where the private key does not fit, so that nobody learns why nothing opens. */
function unwrapKey({ cipher, oaepHash, wrappedKey }: Sealed, key: KeyObject): Buffer {
  const other = randomBytes(cipher.keyBytes);
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const unwrapped = privateDecrypt({ key, padding, oaepHash }, wrappedKey);
    return unwrapped.length === cipher.keyBytes ? unwrapped : other;
  } catch {
    return other;
  }
}

function openContent({ cipher, content }: Sealed, key: Buffer): Buffer | undefined {
  if (content.length < IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(cipher.name, key, content.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(content.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(content.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
