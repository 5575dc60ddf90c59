import { BrokerError } from '../../core/errors.ts';
import { withPlainLines } from '../../lib/xml-lines.ts';

/** A response with a signature, a certificate and 2,000 groups takes about 200 kB. */
const MAXIMUM_MESSAGE_BYTES = 262_144;
const MAXIMUM_BASE64_LENGTH = Math.ceil(MAXIMUM_MESSAGE_BYTES / 3) * 4;
/** Some providers break lines; everything else must be the plain alphabet (RFC 4648 section 4). */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** SAMLResponse of the HTTP-POST binding as text: strict base64 of UTF-8 without a byte order mark. */
export function decodeMessage(parameter: unknown): string {
  if (typeof parameter !== 'string') throw new BrokerError('saml.malformed', { detail: 'no SAMLResponse' });
  // Line breaks add a thirtieth at most; more than that is not worth looking at.
  if (parameter.length > MAXIMUM_BASE64_LENGTH * 1.05) throw new BrokerError('saml.too_large');
  const base64 = parameter.replace(/[\r\n]+/g, '');
  if (base64.length > MAXIMUM_BASE64_LENGTH) throw new BrokerError('saml.too_large');
  const bytes = strictBase64(base64);
  if (bytes === undefined) throw new BrokerError('saml.malformed', { detail: 'not base64' });
  return decodeUtf8(bytes);
}

/** Base64 inside XML, where it may be broken and indented (XML Schema part 2 section 3.2.16). */
export function decodeXmlBase64(text: string): Buffer | undefined {
  return strictBase64(text.replace(/[\t\n\r ]+/g, ''));
}

function strictBase64(base64: string): Buffer | undefined {
  return base64.length % 4 === 0 && BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}

/**
 * Text as the parser here has to see it, or the same message would have two canonical forms.
 *
 * @throws BrokerError `saml.encoding`
 */
export function decodeUtf8(bytes: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BrokerError('saml.encoding', { detail: 'not UTF-8' });
  }
  if (text.startsWith('\uFEFF')) throw new BrokerError('saml.encoding', { detail: 'byte order mark' });
  return withPlainLines(text);
}
