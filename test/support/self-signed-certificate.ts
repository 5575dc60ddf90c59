import { createSign, randomBytes } from 'node:crypto';
import { rsaKeyPair } from './rsa-key-pairs.ts';

export interface CertifiedKey {
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  /** X.509 PEM. */
  readonly certificate: string;
  /** The certificate as metadata has it: base64 without armour. */
  readonly certificateBase64: string;
}

export interface CertificateNames {
  readonly uris?: readonly string[];
  readonly dns?: readonly string[];
}

export interface CertificateOptions extends CertificateNames {
  readonly modulusLength?: number;
  /** May sign others. */
  readonly authority?: boolean;
  /** Signs in its name, which is this one's common name too. */
  readonly issuer?: CertifiedKey & { readonly commonName: string };
  /** How far from now its day lies, in days. */
  readonly shiftDays?: number;
  /** From then on. */
  readonly goodForDays?: number;
}

/** An RSA key that the file has not used yet and a certificate that it signed itself, good for a day around now. */
export function createCertifiedKey(commonName: string, modulusLength = 2_048): CertifiedKey {
  return certify(commonName, { modulusLength });
}

/** The same, by an authority, or as one, or with further names. */
export function certify(commonName: string, options: CertificateOptions = {}): CertifiedKey {
  const { modulusLength = 2_048, issuer, shiftDays = 0, goodForDays = 1 } = options;
  const { privateKey, publicKey } = rsaKeyPair(modulusLength);
  const algorithm = sequence(oid('2a864886f70d01010b'), Buffer.from('0500', 'hex'));
  const day = 86_400_000;
  const middle = Date.now() + shiftDays * day;
  const extensions = extensionsOf(options);
  const body = sequence(
    der(0xa0, Buffer.from('020102', 'hex')),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    algorithm,
    nameOf(issuer?.commonName ?? commonName),
    sequence(utcTime(middle - day), utcTime(middle + goodForDays * day)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  const signature = createSign('sha256')
    .update(body)
    .sign(issuer?.privateKey ?? privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const certificateBase64 = certificate.toString('base64');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines(certificateBase64)}\n-----END CERTIFICATE-----\n`,
    certificateBase64,
  };
}

/** basicConstraints and subjectAltName, RFC 5280 sections 4.2.1.9 and 4.2.1.6. */
function extensionsOf({ authority = false, uris = [], dns = [] }: CertificateOptions): Buffer[] {
  const extension = (id: string, content: Buffer): Buffer => sequence(oid(id), der(0x04, content));
  const names = [
    ...uris.map((uri) => der(0x86, Buffer.from(uri))),
    ...dns.map((name) => der(0x82, Buffer.from(name))),
  ];
  return [
    ...(authority ? [extension('551d13', sequence(der(0x01, Buffer.from([0xff]))))] : []),
    ...(names.length > 0 ? [extension('551d11', sequence(...names))] : []),
  ];
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function utcTime(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function lines(base64: string): string {
  return base64.match(/.{1,64}/g)?.join('\n') ?? '';
}
