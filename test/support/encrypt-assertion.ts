/** Encrypts the assertion of a response, with a library that the sandbox does not decrypt with. */
import { createPublicKey } from 'node:crypto';
import { encrypt, type EncryptOptions } from 'xml-encryption';
import type { CertifiedKey } from './self-signed-certificate.ts';

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';

type Encryption = Partial<Pick<EncryptOptions, 'encryptionAlgorithm' | 'keyEncryptionAlgorithm'>>;

const BY_DEFAULT = {
  encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
} as const;

/** Takes and gives base64 of a whole response. */
export async function encryptAssertion(
  response: string,
  { certificate }: CertifiedKey,
  encryption: Encryption = {},
): Promise<string> {
  const xml = Buffer.from(response, 'base64').toString();
  const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0];
  if (assertion === undefined) throw new Error('the response has no assertion');
  const encrypted = await new Promise<string>((resolve, reject) => {
    const options = {
      rsa_pub: createPublicKey(certificate).export({ type: 'spki', format: 'pem' }).toString(),
      pem: certificate,
      ...BY_DEFAULT,
      ...encryption,
      warnInsecureAlgorithm: false,
    };
    encrypt(assertion, options, (error: Error | null, result: string) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
  const wrapped = `<saml:EncryptedAssertion xmlns:saml="${SAML}">${encrypted}</saml:EncryptedAssertion>`;
  return Buffer.from(xml.replace(assertion, () => wrapped)).toString('base64');
}
