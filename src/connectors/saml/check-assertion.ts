/**
 * The rules of the web browser SSO profile (SAML profiles section 4.1.4.3) over an assertion that was parsed
 * from signed bytes. The library checks few of them, so none is left to it.
 */
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import type { Authentication } from '../../core/principal.ts';
import type { Expectations } from './check-response.ts';
import { readNameId, type NameId } from './read-name-id.ts';
import { assertBefore, assertNotBefore, parseInstant } from './saml-time.ts';
import { SAML_ASSERTION, attribute, childElements, childrenNamed, plainText } from './xml.ts';

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const MAXIMUM_AGE_MILLISECONDS = 300_000;
/** Longer lives have no use here: an assertion is used once, minutes after it was made. */
const MAXIMUM_LIFE_MILLISECONDS = 86_400_000;
/** Conditions that need nothing of us: an assertion is used once anyway, and we issue none from it. */
const KNOWN_CONDITIONS = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);

export interface CheckedAssertion {
  readonly id: string;
  /** Undefined only where the assertion names nobody by it. */
  readonly nameId: NameId | undefined;
  readonly authentication: Authentication;
  /** The provider's own name for its session. */
  readonly sessionIndex: string | undefined;
  /** When the provider wants its session, and what came of it, to be over; without skew. */
  readonly sessionNotOnOrAfter: Date | undefined;
  /** Until when a copy would pass the checks, without skew. */
  readonly notOnOrAfter: Date;
}

/** @throws BrokerError `saml.*` */
export function checkAssertion(assertion: Element, expected: Expectations): CheckedAssertion {
  if (attribute(assertion, 'Version') !== '2.0') refuse('saml.confirmation', 'the assertion is not SAML 2.0');
  const id = attribute(assertion, 'ID') ?? '';
  if (id === '' || id.length > 256) refuse('saml.malformed', 'an assertion without a usable ID');
  if (plainText(sole(assertion, 'Issuer', 'saml.issuer')) !== expected.issuer) {
    refuse('saml.issuer', 'Issuer of the assertion');
  }
  const issuedAt = checkIssueInstant(assertion, expected);
  const subject = sole(assertion, 'Subject', 'saml.subject');
  const nameId = readNameId(subject);
  const notOnOrAfter = checkConfirmation(subject, expected, issuedAt);
  checkConditions(sole(assertion, 'Conditions', 'saml.audience'), expected, issuedAt);
  return { id, nameId, ...checkAuthnStatement(assertion, expected), notOnOrAfter: new Date(notOnOrAfter) };
}

function checkIssueInstant(assertion: Element, expected: Expectations): number {
  const issuedAt = parseInstant(attribute(assertion, 'IssueInstant'), 'IssueInstant');
  assertNotBefore(expected, issuedAt, 'IssueInstant');
  assertBefore(expected, issuedAt + MAXIMUM_AGE_MILLISECONDS, 'the assertion’s maximum age');
  return issuedAt;
}

function checkConfirmation(subject: Element, expected: Expectations, issuedAt: number): number {
  const confirmation = sole(subject, 'SubjectConfirmation', 'saml.confirmation');
  if (attribute(confirmation, 'Method') !== BEARER) refuse('saml.confirmation', 'not a bearer assertion');
  const data = sole(confirmation, 'SubjectConfirmationData', 'saml.confirmation');
  if (data.hasAttribute('NotBefore')) refuse('saml.confirmation', 'a bearer assertion with NotBefore');
  if (attribute(data, 'Recipient') !== expected.acsUrl) refuse('saml.recipient', 'Recipient');
  // The only InResponseTo that is always signed: it ties the assertion to the request of this browser.
  if (attribute(data, 'InResponseTo') !== expected.requestId) {
    refuse('saml.in_response_to', 'InResponseTo of the subject confirmation');
  }
  return checkEnd(attribute(data, 'NotOnOrAfter'), expected, issuedAt);
}

function checkConditions(conditions: Element, expected: Expectations, issuedAt: number): void {
  const notBefore = attribute(conditions, 'NotBefore');
  if (notBefore !== undefined) {
    assertNotBefore(expected, parseInstant(notBefore, 'NotBefore'), 'NotBefore of the conditions');
  }
  const end = attribute(conditions, 'NotOnOrAfter');
  if (end !== undefined) checkEnd(end, expected, issuedAt);
  // SAML core section 2.5.1.1: a condition that is not understood makes the assertion unusable.
  const unknown = childElements(conditions).some(
    (child) => child.namespaceURI !== SAML_ASSERTION || !KNOWN_CONDITIONS.has(child.localName),
  );
  if (unknown) refuse('saml.confirmation', 'an unknown condition');
  const restriction = sole(conditions, 'AudienceRestriction', 'saml.audience');
  const audiences = childrenNamed(restriction, SAML_ASSERTION, 'Audience').map(plainText);
  if (!audiences.includes(expected.audience)) refuse('saml.audience', 'we are not in the audience');
}

function checkAuthnStatement(
  assertion: Element,
  expected: Expectations,
): Pick<CheckedAssertion, 'authentication' | 'sessionIndex' | 'sessionNotOnOrAfter'> {
  // Several would be several sign-ins: which of them was the strong or the recent one is a guess.
  const statement = sole(assertion, 'AuthnStatement', 'saml.confirmation');
  const sessionEnd = attribute(statement, 'SessionNotOnOrAfter');
  const end = sessionEnd === undefined ? undefined : parseInstant(sessionEnd, 'SessionNotOnOrAfter');
  if (end !== undefined) assertBefore(expected, end, 'SessionNotOnOrAfter');
  const instant = parseInstant(attribute(statement, 'AuthnInstant'), 'AuthnInstant');
  assertNotBefore(expected, instant, 'AuthnInstant');
  return {
    authentication: { at: new Date(Math.min(instant, expected.now)), contexts: contextsOf(statement) },
    sessionIndex: attribute(statement, 'SessionIndex'),
    sessionNotOnOrAfter: end === undefined ? undefined : new Date(end),
  };
}

/** The authentication context class, exactly as it stands; declarations in other forms say nothing we could compare. */
function contextsOf(statement: Element): string[] {
  const references = childrenNamed(statement, SAML_ASSERTION, 'AuthnContext').flatMap((context) =>
    childrenNamed(context, SAML_ASSERTION, 'AuthnContextClassRef'),
  );
  if (references.length > 1) refuse('saml.authn_context', 'more than one context class');
  return references.map((reference) => plainText(reference) ?? '').filter((value) => value !== '');
}

function checkEnd(text: string | undefined, expected: Expectations, issuedAt: number): number {
  const end = parseInstant(text, 'NotOnOrAfter');
  assertBefore(expected, end, 'NotOnOrAfter');
  if (end - issuedAt > MAXIMUM_LIFE_MILLISECONDS) refuse('saml.time', 'a life of more than a day');
  return end;
}

function sole(parent: Element, name: string, code: ErrorCode): Element {
  const [found, ...more] = childrenNamed(parent, SAML_ASSERTION, name);
  if (found === undefined || more.length > 0) refuse(code, `not exactly one ${name}`);
  return found;
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
