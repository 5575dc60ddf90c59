/** The rules of a logout request (SAML core section 3.7.1, profiles section 4.4.4.1), over verified text. */
import { BrokerError, type ErrorCode } from '../../../core/errors.ts';
import { guardMarkup } from '../guard-markup.ts';
import { readNameId } from '../read-name-id.ts';
import { assertBefore, assertNotBefore, parseInstant, type TimeWindow } from '../saml-time.ts';
import { usableSubject } from '../usable-subject.ts';
import {
  SAML_ASSERTION,
  SAML_PROTOCOL,
  attribute,
  childrenNamed,
  isNamed,
  parseXml,
  plainText,
} from '../xml.ts';
import { LOGOUT_LIMITS } from './post-message.ts';

const MAXIMUM_AGE_MILLISECONDS = 300_000;

interface LogoutExpectations extends TimeWindow {
  /** The identity provider's entity id. */
  readonly issuer: string;
  /** Our logout address. */
  readonly destination: string;
}

export interface LogoutRequest {
  readonly id: string;
  readonly nameId: string;
  readonly sessionIndexes: readonly string[];
  /** Until when a copy would pass the checks. */
  readonly expiresAt: Date;
}

/** @throws BrokerError `saml.*` */
export function checkLogoutRequest(signedXml: string, expected: LogoutExpectations): LogoutRequest {
  guardMarkup(signedXml, LOGOUT_LIMITS);
  const root = parseXml(signedXml);
  if (!isNamed(root, SAML_PROTOCOL, 'LogoutRequest')) refuse('saml.malformed', 'not a logout request');
  if (attribute(root, 'Version') !== '2.0') refuse('saml.confirmation', 'the request is not SAML 2.0');
  const id = attribute(root, 'ID') ?? '';
  if (!/^[A-Za-z_][\w.-]{0,255}$/.test(id)) refuse('saml.malformed', 'a request without a usable ID');
  const [issuer, ...more] = childrenNamed(root, SAML_ASSERTION, 'Issuer');
  if (issuer === undefined || more.length > 0 || plainText(issuer) !== expected.issuer) {
    refuse('saml.issuer', 'Issuer of the logout request');
  }
  // SAML bindings sections 3.4.5.2 and 3.5.5.2: a signed message says where it was sent.
  if (attribute(root, 'Destination') !== expected.destination) refuse('saml.destination', 'Destination');
  const expiresAt = checkTimes(root, expected);
  return { id, nameId: readName(root), sessionIndexes: readSessionIndexes(root), expiresAt };
}

function checkTimes(root: Element, expected: LogoutExpectations): Date {
  const issuedAt = parseInstant(attribute(root, 'IssueInstant'), 'IssueInstant');
  assertNotBefore(expected, issuedAt, 'IssueInstant');
  const oldest = issuedAt + MAXIMUM_AGE_MILLISECONDS;
  assertBefore(expected, oldest, 'the request’s maximum age');
  const end = attribute(root, 'NotOnOrAfter');
  if (end !== undefined) assertBefore(expected, parseInstant(end, 'NotOnOrAfter'), 'NotOnOrAfter');
  return new Date(oldest + expected.skewMilliseconds);
}

function readName(root: Element): string {
  const nameId = readNameId(root);
  if (nameId === undefined) refuse('saml.subject', 'no NameID');
  return nameId.value;
}

function readSessionIndexes(root: Element): string[] {
  return childrenNamed(root, SAML_PROTOCOL, 'SessionIndex').map((index) =>
    usableSubject(plainText(index), 'a SessionIndex'),
  );
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
