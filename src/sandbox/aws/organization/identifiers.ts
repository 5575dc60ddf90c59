import { createHash } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const PARTITION = 'aws';

/** RFC 4648 without padding: AWS's identifiers and authenticator apps' seeds are written in it. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += BASE32.charAt((bits >> held) & 31);
    }
  }
  return held === 0 ? text : text + BASE32.charAt((bits << (5 - held)) & 31);
}

export function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((eight) => Number.parseInt(eight, 2)));
}

/**
 * A 20-character key id that carries its account, as AWS's do since 2019: 48 bits hold a one, the
 * account's 40 bits and 7 more; 4 bytes follow. `random` gives those last 5 bytes.
 */
export function accessKeyIdFor(prefix: 'AKIA' | 'ASIA', accountId: string, random: Uint8Array): string {
  const head = (1n << 47n) | (BigInt(accountId) << 7n) | BigInt((random[0] ?? 0) & 0x7f);
  const bytes = Buffer.alloc(10);
  bytes.writeUIntBE(Number(head), 0, 6);
  Buffer.from(random).copy(bytes, 6, 1, 5);
  return prefix + base32(bytes);
}

/** The account an access key id belongs to, or nothing where the id is not of AWS's form. */
export function accountOfAccessKeyId(accessKeyId: string): string | undefined {
  if (!/^A[A-Z]{3}[A-Z2-7]{16}$/.test(accessKeyId)) return undefined;
  const head = BigInt(fromBase32(accessKeyId.slice(4)).readUIntBE(0, 6));
  return ((head & 0x7fffffffff80n) >> 7n).toString().padStart(12, '0');
}

/** `AROA...`, `AIDA...`: stable for one ARN, so that a restart does not orphan what refers to it. */
export function uniqueId(prefix: 'AROA' | 'AIDA', arn: string): string {
  return prefix + base32(createHash('sha256').update(arn).digest().subarray(0, 11)).slice(0, 17);
}

/** The organization's root: the sandbox has no organizational units below it. */
export function organizationPath(organizationId: string): string {
  const root = base32(createHash('sha256').update(organizationId).digest().subarray(0, 3))
    .slice(0, 4)
    .toLowerCase();
  return `${organizationId}/r-${root}/`;
}

export function iamArn(accountId: string, resource: string): string {
  return `arn:${PARTITION}:iam::${accountId}:${resource}`;
}

export function stsArn(accountId: string, resource: string): string {
  return `arn:${PARTITION}:sts::${accountId}:${resource}`;
}

/** STS's own idea of a well-formed ARN: six parts, of which partition, service and resource are not empty. */
export function isWellFormedArn(text: string): boolean {
  const [arn, partition, service, , , ...resource] = text.split(':');
  return (
    arn === 'arn' && partition !== '' && service !== undefined && service !== '' && resource.join(':') !== ''
  );
}

/** An issuer as it stands in provider ARNs and condition keys: without its scheme. */
export function issuerName(issuerUrl: string): string {
  return issuerUrl.replace(/^https?:\/\//, '');
}
