/** Encrypts what an identity provider would: every assertion of a response, each by itself. */
import { createPublicKey } from 'node:crypto';
import { encrypt, type EncryptOptions } from 'xml-encryption';
import { SAML } from './edit-xml.ts';

export type Encryption = Partial<Pick<EncryptOptions, 'encryptionAlgorithm' | 'keyEncryptionAlgorithm'>>;

const BY_DEFAULT = {
  encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
} as const;

/** Works on the text, since attacks leave texts that no parser reads. */
export async function encryptAssertions(
  xml: string,
  certificate: string,
  how: Encryption = {},
): Promise<string> {
  let out = '';
  let rest = xml;
  for (let span = outermost(rest); span !== undefined; span = outermost(rest)) {
    const [start, end] = span;
    out += rest.slice(0, start) + (await encryptedAssertion(rest.slice(start, end), certificate, how));
    rest = rest.slice(end);
  }
  return out + rest;
}

export async function encryptedAssertion(
  content: string,
  certificate: string,
  how: Encryption = {},
): Promise<string> {
  const data = await new Promise<string>((resolve, reject) => {
    const options = {
      rsa_pub: createPublicKey(certificate).export({ type: 'spki', format: 'pem' }).toString(),
      pem: certificate,
      ...BY_DEFAULT,
      ...how,
      warnInsecureAlgorithm: false,
    };
    encrypt(content, options, (error: Error | null, result: string) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
  return `<saml:EncryptedAssertion xmlns:saml="${SAML}">${data}</saml:EncryptedAssertion>`;
}

/** Where the first assertion begins and ends, with whatever is nested in it. */
function outermost(xml: string): readonly [start: number, end: number] | undefined {
  let depth = 0;
  let start = 0;
  for (const { 0: tag, index } of xml.matchAll(/<\/?saml:Assertion(?=[\s>])[^>]*>/g)) {
    if (depth === 0) start = index;
    depth += tag.startsWith('</') ? -1 : 1;
    if (depth === 0) return [start, index + tag.length];
  }
  return undefined;
}

/** PEM of what a provider encrypts for, as our own metadata says. */
export function encryptionCertificate(metadata: string): string {
  const found = /<(?:\w+:)?KeyDescriptor[^>]* use="encryption".*?X509Certificate>([^<]+)</s.exec(
    metadata,
  )?.[1];
  if (found === undefined) throw new Error(`no encryption certificate in ${metadata}`);
  const lines =
    found
      .replace(/\s+/g, '')
      .match(/.{1,64}/g)
      ?.join('\n') ?? '';
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
