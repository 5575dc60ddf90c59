/** XML Encryption by hand, in every form that is allowed, and in those that are not. */
import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';

export interface ElementEncryption {
  /** X.509 PEM of whoever shall open it. */
  readonly certificate: string;
  readonly cipher?: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' | 'aes-256-cbc';
  readonly keyTransport?: 'oaep-mgf1p' | 'oaep-sha1' | 'oaep-sha256' | 'rsa-1_5';
  /** Where the key stands: in the data's KeyInfo, or behind the data. */
  readonly keyPlace?: 'inside' | 'behind';
}

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const DS = 'http://www.w3.org/2000/09/xmldsig#';

const CIPHERS = {
  'aes-128-gcm': { uri: `${XENC11}aes128-gcm`, keyBytes: 16 },
  'aes-192-gcm': { uri: `${XENC11}aes192-gcm`, keyBytes: 24 },
  'aes-256-gcm': { uri: `${XENC11}aes256-gcm`, keyBytes: 32 },
  'aes-256-cbc': { uri: `${XENC}aes256-cbc`, keyBytes: 32 },
} as const;

const SHA1 = `<ds:DigestMethod xmlns:ds="${DS}" Algorithm="${DS}sha1"/>`;
const SHA256 =
  `<ds:DigestMethod xmlns:ds="${DS}" Algorithm="${XENC}sha256"/>` +
  `<xenc11:MGF xmlns:xenc11="${XENC11}" Algorithm="${XENC11}mgf1sha256"/>`;

const TRANSPORTS = {
  'oaep-mgf1p': { uri: `${XENC}rsa-oaep-mgf1p`, inside: SHA1, hash: 'sha1' },
  'oaep-sha1': { uri: `${XENC11}rsa-oaep`, inside: '', hash: 'sha1' },
  'oaep-sha256': { uri: `${XENC11}rsa-oaep`, inside: SHA256, hash: 'sha256' },
  'rsa-1_5': { uri: `${XENC}rsa-1_5`, inside: '', hash: undefined },
} as const;

/** An `EncryptedAssertion` around the given text. */
export function encryptedAssertion(text: string, options: ElementEncryption): string {
  const { uri, keyBytes } = CIPHERS[options.cipher ?? 'aes-128-gcm'];
  const key = randomBytes(keyBytes);
  const wrapped = encryptedKey(key, options);
  const inside = options.keyPlace !== 'behind';
  return [
    '<saml2:EncryptedAssertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">',
    `<xenc:EncryptedData xmlns:xenc="${XENC}" Id="_${randomBytes(8).toString('hex')}" Type="${XENC}Element">`,
    `<xenc:EncryptionMethod Algorithm="${uri}"/>`,
    `<ds:KeyInfo xmlns:ds="${DS}">${inside ? wrapped : ''}</ds:KeyInfo>`,
    `<xenc:CipherData><xenc:CipherValue>${sealed(text, key, options)}</xenc:CipherValue></xenc:CipherData>`,
    `</xenc:EncryptedData>${inside ? '' : wrapped}</saml2:EncryptedAssertion>`,
  ].join('');
}

function sealed(text: string, key: Buffer, { cipher = 'aes-128-gcm' }: ElementEncryption): string {
  if (cipher === 'aes-256-cbc') {
    const iv = randomBytes(16);
    const box = createCipheriv(cipher, key, iv);
    return Buffer.concat([iv, box.update(text, 'utf8'), box.final()]).toString('base64');
  }
  const iv = randomBytes(12);
  const box = createCipheriv(cipher, key, iv);
  const parts = [iv, box.update(text, 'utf8'), box.final()];
  return Buffer.concat([...parts, box.getAuthTag()]).toString('base64');
}

function encryptedKey(key: Buffer, { certificate, keyTransport = 'oaep-mgf1p' }: ElementEncryption): string {
  const { uri, inside, hash } = TRANSPORTS[keyTransport];
  const wrapped =
    hash === undefined
      ? publicEncrypt({ key: certificate, padding: constants.RSA_PKCS1_PADDING }, key)
      : publicEncrypt({ key: certificate, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, key);
  const shown = certificate.replace(/-----[^-]+-----|\s/g, '');
  return [
    `<xenc:EncryptedKey xmlns:xenc="${XENC}" Recipient="us"><xenc:EncryptionMethod Algorithm="${uri}">${inside}`,
    `</xenc:EncryptionMethod><ds:KeyInfo xmlns:ds="${DS}"><ds:X509Data>`,
    `<ds:X509Certificate>${shown}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`,
    `<xenc:CipherData><xenc:CipherValue>${wrapped.toString('base64')}</xenc:CipherValue></xenc:CipherData>`,
    '</xenc:EncryptedKey>',
  ].join('');
}
