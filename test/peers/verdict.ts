/** Does the sandbox take the signature of a response, by this key? */
import { createPublicKey } from 'node:crypto';
import { withPlainLines } from '../../src/lib/xml-lines.ts';
import { signedAssertion } from '../../src/sandbox/aws/sts/saml/saml-signature.ts';
import { XmlRefused } from '../../src/sandbox/aws/sts/saml/xml-document.ts';
import type { CertifiedKey } from '../support/self-signed-certificate.ts';

export function isTakenHere(xml: string, { certificate }: CertifiedKey): boolean {
  const key = createPublicKey(certificate).export({ type: 'spki', format: 'pem' }).toString();
  const nothingToOpen = (): never => {
    throw new Error('nothing is encrypted');
  };
  try {
    return signedAssertion(withPlainLines(xml), [key], nothingToOpen) !== undefined;
  } catch (error) {
    if (error instanceof XmlRefused) return false;
    throw error;
  }
}
