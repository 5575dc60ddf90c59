import { BrokerError } from '../../../core/errors.ts';
import { guardMarkup } from '../guard-markup.ts';
import { verifyRootSignature } from '../verify-root-signature.ts';
import { parseXml } from '../xml.ts';
import { MAXIMUM_LOGOUT_BYTES } from './redirect-message.ts';

/** Small enough to be verified between two other requests: what canonical form costs grows with each of these. */
export const LOGOUT_LIMITS = { elements: 100, depth: 20, comments: 'refused' } as const;
const MAXIMUM_ATTRIBUTES = 200;

/** What one of the certificates has signed of a message by POST. @throws BrokerError `saml.*` */
export function signedPostRequest(xml: string, certificates: readonly string[]): string {
  if (xml.length > MAXIMUM_LOGOUT_BYTES) throw new BrokerError('saml.too_large');
  guardMarkup(xml, LOGOUT_LIMITS);
  const attributes = xml.match(/=\s*["']/g)?.length ?? 0;
  if (attributes > MAXIMUM_ATTRIBUTES) {
    throw new BrokerError('saml.too_complex', { detail: `more than ${MAXIMUM_ATTRIBUTES} attributes` });
  }
  return verifyRootSignature({ xml, root: parseXml(xml) }, certificates);
}
