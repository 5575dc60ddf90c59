/** The rules of a logout request (SAML core section 3.7.1, profiles section 4.4.4.1), over verified text. */
import { BrokerError, type ErrorCode } from '../../../core/errors.ts';
import { guardMarkup } from '../guard-markup.ts';
import { assertBefore, assertNotBefore, parseInstant, type TimeWindow } from '../saml-time.ts';
import {
  SAML_ASSERTION,
  SAML_PROTOCOL,
  attribute,
  childElements,
  childrenNamed,
  isNamed,
  parseXml,
  plainText,
} from '../xml.ts';
import { LOGOUT_LIMITS } from './post-message.ts';

const MAXIMUM_AGE_MILLISECONDS = 300_000;

export interface LogoutExpectations extends TimeWindow {
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
  return { id, nameId: readNameId(root), sessionIndexes: readSessionIndexes(root), expiresAt };
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

function readNameId(root: Element): string {
  const named = childElements(root).filter((child) =>
    /^(?:NameID|BaseID|EncryptedID)$/.test(child.localName),
  );
  const [nameId, ...more] = named;
  if (nameId === undefined || more.length > 0 || !isNamed(nameId, SAML_ASSERTION, 'NameID')) {
    refuse('saml.subject', 'not exactly one NameID');
  }
  return usableText(nameId, 'NameID');
}

function readSessionIndexes(root: Element): string[] {
  return childrenNamed(root, SAML_PROTOCOL, 'SessionIndex').map((index) => usableText(index, 'SessionIndex'));
}

function usableText(element: Element, what: string): string {
  const text = plainText(element) ?? '';
  const usable = text !== '' && text.length <= 256 && text.trim() === text;
  if (!usable || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) refuse('saml.subject', `an unusable ${what}`);
  return text;
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
