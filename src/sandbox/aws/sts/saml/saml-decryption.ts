import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import { withPlainLines } from '../../../../lib/xml-lines.ts';
import {
  attributeOf,
  childElements,
  childrenNamed,
  isNamed,
  parseXml,
  textOf,
  XmlRefused,
} from './xml-document.ts';
import { SAML_ASSERTION_NS } from './saml-names.ts';

/*
 * Encrypted assertions: XML Encryption 1.1 as SAML uses it, one content key for one recipient. RSA 1.5 is not
 * taken: what it gives away about a ciphertext is how assertions were forged.
 */

const ENCRYPTION = 'http://www.w3.org/2001/04/xmlenc#';
const ENCRYPTION_11 = 'http://www.w3.org/2009/xmlenc11#';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
/** An assertion has one key; a sender may add those of other recipients. */
const MAX_KEYS = 4;
const GCM_TAG_BYTES = 16;
const GCM_NONCE_BYTES = 12;
const BLOCK_BYTES = 16;

interface ContentCipher {
  readonly name:
    'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';
  readonly keyBytes: number;
}

const CONTENT_CIPHERS: ReadonlyMap<string, ContentCipher> = new Map([
  [`${ENCRYPTION}aes128-cbc`, { name: 'aes-128-cbc', keyBytes: 16 }],
  [`${ENCRYPTION}aes192-cbc`, { name: 'aes-192-cbc', keyBytes: 24 }],
  [`${ENCRYPTION}aes256-cbc`, { name: 'aes-256-cbc', keyBytes: 32 }],
  [`${ENCRYPTION_11}aes128-gcm`, { name: 'aes-128-gcm', keyBytes: 16 }],
  [`${ENCRYPTION_11}aes192-gcm`, { name: 'aes-192-gcm', keyBytes: 24 }],
  [`${ENCRYPTION_11}aes256-gcm`, { name: 'aes-256-gcm', keyBytes: 32 }],
]);

const DIGESTS: ReadonlyMap<string, string> = new Map([
  [`${SIGNATURE}sha1`, 'sha1'],
  [`${ENCRYPTION}sha256`, 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  [`${ENCRYPTION}sha512`, 'sha512'],
]);

const MASKS: ReadonlyMap<string, string> = new Map(
  ['sha1', 'sha256', 'sha384', 'sha512'].map((digest) => [`${ENCRYPTION_11}mgf1${digest}`, digest]),
);

/** No key of the provider opens it, or it is encrypted in a way that is not taken. */
export class NotDecrypted extends Error {}

/**
 * The assertion inside, as the only child of an element that has the names in scope at the place of the
 * encrypted one: a sender may leave their declarations where they were.
 */
export function decryptAssertion(encrypted: Element, privateKeys: readonly string[]): string {
  const [data, ...more] = childrenNamed(encrypted, ENCRYPTION, 'EncryptedData');
  if (data === undefined || more.length > 0) throw new NotDecrypted('not one EncryptedData');
  const cipher = CONTENT_CIPHERS.get(methodOf(data));
  if (cipher === undefined) throw new NotDecrypted(`no content encryption that is taken: ${methodOf(data)}`);
  const content = cipherValue(data);
  for (const key of encryptedKeys(encrypted, data).flatMap((element) => openKey(element, privateKeys))) {
    const opened = key.length === cipher.keyBytes ? openContent(cipher, key, content) : undefined;
    if (opened !== undefined) return inContext(encrypted, opened);
  }
  throw new NotDecrypted('no private key of the provider opens it');
}

/** Inside the data's KeyInfo, or beside the data. */
function encryptedKeys(encrypted: Element, data: Element): readonly Element[] {
  const inside = childrenNamed(data, SIGNATURE, 'KeyInfo').flatMap((info) =>
    childrenNamed(info, ENCRYPTION, 'EncryptedKey'),
  );
  return [...inside, ...childrenNamed(encrypted, ENCRYPTION, 'EncryptedKey')].slice(0, MAX_KEYS);
}

function openKey(element: Element, privateKeys: readonly string[]): readonly Buffer[] {
  const padding = oaepOf(element);
  const value = cipherValue(element);
  return privateKeys.flatMap((key) => {
    try {
      return [privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, ...padding }, value)];
    } catch {
      return [];
    }
  });
}

/** OpenSSL masks with the hash of the label, and so does everybody who names both; else it is not taken. */
function oaepOf(element: Element): { readonly oaepHash: string; readonly oaepLabel?: Buffer } {
  const [method] = childrenNamed(element, ENCRYPTION, 'EncryptionMethod');
  const algorithm = method && attributeOf(method, 'Algorithm');
  if (
    method === undefined ||
    !(algorithm === `${ENCRYPTION}rsa-oaep-mgf1p` || algorithm === `${ENCRYPTION_11}rsa-oaep`)
  ) {
    throw new NotDecrypted(`no key transport that is taken: ${algorithm ?? 'none'}`);
  }
  const [digest] = childrenNamed(method, SIGNATURE, 'DigestMethod');
  const [mask] = algorithm.startsWith(ENCRYPTION_11) ? childrenNamed(method, ENCRYPTION_11, 'MGF') : [];
  const oaepHash = digest === undefined ? 'sha1' : DIGESTS.get(attributeOf(digest, 'Algorithm') ?? '');
  const maskHash = mask === undefined ? 'sha1' : MASKS.get(attributeOf(mask, 'Algorithm') ?? '');
  if (oaepHash === undefined || oaepHash !== maskHash) {
    throw new NotDecrypted('RSA-OAEP with two hashes, or with one that is not taken');
  }
  const [label] = childrenNamed(method, ENCRYPTION, 'OAEPparams');
  return label === undefined ? { oaepHash } : { oaepHash, oaepLabel: Buffer.from(textOf(label), 'base64') };
}

function openContent({ name }: ContentCipher, key: Buffer, content: Buffer): string | undefined {
  try {
    const plain =
      name === 'aes-128-gcm' || name === 'aes-192-gcm' || name === 'aes-256-gcm'
        ? openGcm(name, key, content)
        : openCbc(name, key, content);
    return withPlainLines(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch {
    return undefined;
  }
}

function openGcm(name: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm', key: Buffer, content: Buffer): Buffer {
  if (content.length < GCM_NONCE_BYTES + GCM_TAG_BYTES) throw new NotDecrypted('too short');
  const decipher = createDecipheriv(name, key, content.subarray(0, GCM_NONCE_BYTES), {
    authTagLength: GCM_TAG_BYTES,
  });
  decipher.setAuthTag(content.subarray(-GCM_TAG_BYTES));
  return Buffer.concat([
    decipher.update(content.subarray(GCM_NONCE_BYTES, -GCM_TAG_BYTES)),
    decipher.final(),
  ]);
}

/** XML Encryption pads like ISO 10126: the last byte counts, the others may be anything. */
function openCbc(name: string, key: Buffer, content: Buffer): Buffer {
  const decipher = createDecipheriv(name, key, content.subarray(0, BLOCK_BYTES)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(content.subarray(BLOCK_BYTES)), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > BLOCK_BYTES) throw new NotDecrypted('wrong padding');
  return padded.subarray(0, -padding);
}

function methodOf(data: Element): string {
  const [method] = childrenNamed(data, ENCRYPTION, 'EncryptionMethod');
  return (method && attributeOf(method, 'Algorithm')) ?? '';
}

function cipherValue(parent: Element): Buffer {
  const values = childrenNamed(parent, ENCRYPTION, 'CipherData').flatMap((data) =>
    childrenNamed(data, ENCRYPTION, 'CipherValue'),
  );
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) throw new NotDecrypted('not one CipherValue');
  return Buffer.from(textOf(value), 'base64');
}

function inContext(place: Element, plain: string): string {
  // An XML declaration may stand before an element that was encrypted as a document of its own.
  const inner = plain.replace(/^\s*<\?xml[^>]*\?>/, '');
  const declarations = [...namesInScope(place)]
    .map(
      ([name, uri]) =>
        ` ${name}="${uri.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')}"`,
    )
    .join('');
  const xml = `<decrypted${declarations}>${inner}</decrypted>`;
  const root = parseXml(xml);
  const [assertion, ...more] = childElements(root);
  if (
    root.localName !== 'decrypted' ||
    assertion === undefined ||
    more.length > 0 ||
    !isNamed(assertion, SAML_ASSERTION_NS, 'Assertion')
  ) {
    throw new XmlRefused('what was encrypted is no Assertion');
  }
  return xml;
}

/** The nearest declaration of each prefix, of the element itself and of those around it. */
function namesInScope(element: Element): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (let at: Node | null = element; at?.nodeType === 1; at = at.parentNode) {
    const { attributes } = at as Element;
    for (let index = 0; index < attributes.length; index += 1) {
      const attribute = attributes.item(index);
      if (attribute === null || !/^xmlns(:|$)/.test(attribute.name) || names.has(attribute.name)) continue;
      names.set(attribute.name, attribute.value);
    }
  }
  return names;
}
