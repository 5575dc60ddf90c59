import { withPlainLines } from '../../../../lib/xml-lines.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { refusedResponse } from './saml-errors.ts';
import { SAML_ASSERTION_NS, SAML_PROTOCOL } from './saml-names.ts';
import { attributeOf, childrenNamed, isNamed, parseXml, textOf } from './xml-document.ts';

/*
 * A SAMLResponse as it was posted, before anybody's signature is looked at. What stands here can only make us
 * refuse, or tell whose signature to expect.
 */

export interface PostedResponse {
  readonly xml: string;
  readonly element: Element;
}

const STATUS_SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

export function readResponse(base64: string): PostedResponse {
  const xml = decode(base64);
  const element = parse(xml);
  if (!isNamed(element, SAML_PROTOCOL, 'Response')) {
    throw refusedResponse('Invalid base64 SAMLResponse', 'the document is no samlp:Response');
  }
  const codes = childrenNamed(element, SAML_PROTOCOL, 'Status')
    .flatMap((status) => childrenNamed(status, SAML_PROTOCOL, 'StatusCode'))
    .map((code) => attributeOf(code, 'Value'));
  if (codes.length !== 1 || codes[0] !== STATUS_SUCCESS) {
    throw new AwsError(
      'IDPRejectedClaim',
      'The identity provider reported that authentication failed.',
      403,
      `status: ${codes.join(', ')}`,
    );
  }
  return { xml, element };
}

/** Whom an element says it is from. */
export function issuersOf(element: Element): readonly string[] {
  return childrenNamed(element, SAML_ASSERTION_NS, 'Issuer').map(textOf);
}

function decode(base64: string): string {
  const compact = base64.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact) || compact.length % 4 === 1) {
    throw refusedResponse('Invalid base64 SAMLResponse');
  }
  try {
    return withPlainLines(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64')));
  } catch {
    throw refusedResponse('Invalid base64 SAMLResponse', 'not UTF-8');
  }
}

function parse(xml: string): Element {
  try {
    return parseXml(xml);
  } catch (error) {
    throw refusedResponse('Invalid base64 SAMLResponse', error instanceof Error ? error.message : undefined);
  }
}
