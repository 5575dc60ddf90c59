import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import { assertNotBefore, parseInstant, type TimeWindow } from './saml-time.ts';
import { SAML_ASSERTION, SAML_PROTOCOL, attribute, childrenNamed, isNamed, plainText } from './xml.ts';

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** What an answer must name to be the answer to this sign-in. */
export interface Expectations extends TimeWindow {
  /** The identity provider's entity id. */
  readonly issuer: string;
  /** Ours. */
  readonly audience: string;
  readonly acsUrl: string;
  /** Undefined for a sign-in that the provider started: then nothing may claim to answer a request. */
  readonly requestId: string | undefined;
}

/**
 * The wrapper's own claims. Unsigned in most answers, so they can only refuse, never prove; run again over
 * the signed bytes where the provider signs the whole response.
 */
export function checkResponse(response: Element, expected: Expectations): void {
  if (attribute(response, 'Version') !== '2.0') refuse('saml.confirmation', 'the response is not SAML 2.0');
  checkStatus(response);
  // SAML bindings section 3.5.5.2: a signed message must say where it was sent; the big providers always do.
  if (attribute(response, 'Destination') !== expected.acsUrl) refuse('saml.destination', 'Destination');
  const [issuer, ...more] = childrenNamed(response, SAML_ASSERTION, 'Issuer');
  // The wrapper may leave its issuer out; the assertion may not.
  if (issuer !== undefined && (plainText(issuer) !== expected.issuer || more.length > 0)) {
    refuse('saml.issuer', 'Issuer of the response');
  }
  if (attribute(response, 'InResponseTo') !== expected.requestId) {
    refuse('saml.in_response_to', 'InResponseTo of the response');
  }
  assertNotBefore(
    expected,
    parseInstant(attribute(response, 'IssueInstant'), 'IssueInstant'),
    'IssueInstant',
  );
}

/**
 * Said first, since a refusal by the provider holds no assertion to look at.
 *
 * @throws BrokerError `saml.malformed`, `saml.status`
 */
export function checkStatus(response: Element): void {
  if (!isNamed(response, SAML_PROTOCOL, 'Response')) refuse('saml.malformed', 'not a SAML response');
  const [status, ...more] = childrenNamed(response, SAML_PROTOCOL, 'Status');
  const codes = status === undefined ? [] : childrenNamed(status, SAML_PROTOCOL, 'StatusCode');
  const value = codes[0] === undefined ? undefined : attribute(codes[0], 'Value');
  // StatusMessage is unsigned text of a stranger: it is neither shown nor logged.
  if (more.length > 0 || codes.length !== 1 || value !== SUCCESS) refuse('saml.status', 'not Success');
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
