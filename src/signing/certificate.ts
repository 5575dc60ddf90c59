/**
 * A self-signed X.509 certificate: the form in which SAML metadata carries a public key. AWS takes the key out
 * of it and looks at no chain, so it has nothing but what RFC 5280 section 4.1 requires.
 */
import { randomBytes, type KeyObject } from 'node:crypto';
import { signRsaSha256 } from './sign-rsa-sha256.ts';

interface CertificateRequest {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** DER tags, X.690 section 8. */
const TAG = {
  integer: 0x02,
  bitString: 0x03,
  nothing: 0x05,
  objectId: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;

/** 1.2.840.113549.1.1.11, sha256WithRSAEncryption, and 2.5.4.3, commonName. */
const SHA256_WITH_RSA = Buffer.from('2a864886f70d01010b', 'hex');
const COMMON_NAME = Buffer.from('550403', 'hex');

/** @returns PEM. */
export async function selfSignedCertificate(request: CertificateRequest): Promise<string> {
  const algorithm = sequence(der(TAG.objectId, SHA256_WITH_RSA), der(TAG.nothing, Buffer.alloc(0)));
  const name = sequence(
    der(TAG.set, sequence(der(TAG.objectId, COMMON_NAME), der(TAG.utf8, Buffer.from(request.commonName)))),
  );
  const toBeSigned = sequence(
    der(TAG.version, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, serialNumber()),
    algorithm,
    name,
    sequence(time(request.notBefore), time(request.notAfter)),
    name,
    request.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = await signRsaSha256(toBeSigned, request.privateKey);
  // The leading byte counts a bit string's unused bits.
  const certificate = sequence(
    toBeSigned,
    algorithm,
    der(TAG.bitString, Buffer.concat([Buffer.from([0]), signature])),
  );
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Positive, and with a first byte that is neither zero nor negative, so that DER has one form for it. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function sequence(...members: readonly Buffer[]): Buffer {
  return der(TAG.sequence, Buffer.concat(members));
}

function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const hex = size.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

/** RFC 5280 section 4.1.2.5: two-digit years to 2049, four digits from then on. */
function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.[0-9]+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return date.getUTCFullYear() < 2050
    ? der(TAG.utcTime, Buffer.from(digits.slice(2)))
    : der(TAG.generalizedTime, Buffer.from(digits));
}
