import { createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';

/**
 * An X.509 certificate as SAML metadata carries it: a wrapper of the public key that nobody validates
 * beyond that. Node can read certificates but not make them, hence these few lines of DER (X.690).
 */
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
/** `[0] EXPLICIT`, where a certificate tells its version. */
const VERSION = 0xa0;
/** sha256WithRSAEncryption with NULL parameters (RFC 4055 section 5), an AlgorithmIdentifier. */
const SHA256_WITH_RSA = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
/** The attribute type commonName, 2.5.4.3. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');

interface CertificateWish {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** PEM, signed with the RSA key that it speaks of. */
export function selfSignedCertificate(privateKey: KeyObject, wish: CertificateWish): string {
  const name = tlv(
    SEQUENCE,
    tlv(SET, tlv(SEQUENCE, COMMON_NAME, tlv(UTF8_STRING, Buffer.from(wish.commonName)))),
  );
  const serial = randomBytes(16);
  // Positive and without a leading zero byte, as DER wants its integers.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = tlv(
    SEQUENCE,
    tlv(VERSION, tlv(INTEGER, Buffer.from([2]))),
    tlv(INTEGER, serial),
    SHA256_WITH_RSA,
    name,
    tlv(SEQUENCE, utcTime(wish.notBefore), utcTime(wish.notAfter)),
    name,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, privateKey);
  const der = tlv(SEQUENCE, body, SHA256_WITH_RSA, tlv(BIT_STRING, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

/** `YYMMDDHHMMSSZ`, good until 2049 (RFC 5280 section 4.1.2.5.1). */
function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tlv(UTC_TIME, Buffer.from(`${digits}Z`));
}
