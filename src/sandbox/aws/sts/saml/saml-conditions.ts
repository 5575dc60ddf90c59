import { accessDenied } from '../../wire/aws-error.ts';
import { expiredAssertion, invalidAssertion } from './saml-errors.ts';
import type { AssertionFacts } from './saml-assertion.ts';

/*
 * When, for whom and about whom an assertion may be: "Configure SAML assertions for the authentication
 * response" in the IAM guide. Where the guide gives no text, the text is the sandbox's own.
 */

const FIVE_MINUTES_MS = 5 * 60_000;
const AUDIENCES = new Set(['urn:amazon:webservices', 'https://signin.aws.amazon.com/saml']);

const FORMAT_PREFIX = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';
const OLD_FORMAT_PREFIX = 'urn:oasis:names:tc:SAML:1.1:nameid-format:';
/** What a NameID without Format has (SAML core 2.2.2). */
const UNSPECIFIED = `${OLD_FORMAT_PREFIX}unspecified`;
const FORMATS = new Set([
  ...['persistent', 'transient', 'emailAddress', 'unspecified', 'kerberos', 'entity'].map(
    (name) => FORMAT_PREFIX + name,
  ),
  ...['emailAddress', 'unspecified', 'X509SubjectName', 'WindowsDomainQualifiedName'].map(
    (name) => OLD_FORMAT_PREFIX + name,
  ),
  ...['X509SubjectName', 'WindowsDomainQualifiedName'].map((name) => FORMAT_PREFIX + name),
]);

export function checkTimes(facts: AssertionFacts, now: number): void {
  const { issuedAt, notBefore, notOnOrAfter, sessionNotOnOrAfter } = facts;
  if ([issuedAt, notBefore ?? 0, notOnOrAfter ?? 0, sessionNotOnOrAfter ?? 0].some(Number.isNaN)) {
    throw invalidAssertion('Invalid time in SAMLResponse', 'a time is not xs:dateTime in UTC');
  }
  if (now - issuedAt > FIVE_MINUTES_MS) throw expiredAssertion('IssueInstant');
  if ((notOnOrAfter ?? Infinity) <= now) throw expiredAssertion('Conditions NotOnOrAfter');
  if ((sessionNotOnOrAfter ?? Infinity) <= now) throw expiredAssertion('SessionNotOnOrAfter');
  if (issuedAt - now > FIVE_MINUTES_MS || (notBefore ?? -Infinity) > now) {
    throw invalidAssertion('Response is not yet valid', 'IssueInstant or NotBefore is in the future');
  }
}

/** Every restriction has to admit AWS (SAML core 2.5.1.4). */
export function checkAudience({ audiences }: AssertionFacts): void {
  const admitsAws = (restriction: readonly string[]): boolean =>
    restriction.some((audience) => AUDIENCES.has(audience));
  if (audiences.length === 0 || !audiences.every(admitsAws)) {
    throw invalidAssertion('Response does not contain the required audience.');
  }
}

/** @returns the Recipient, which is what `saml:aud` means */
export function checkConfirmation(
  { confirmations }: AssertionFacts,
  isRecipient: (recipient: string) => boolean,
  now: number,
): string {
  const [confirmation, ...more] = confirmations;
  const recipient = confirmation?.recipient ?? '';
  if (confirmation === undefined || more.length > 0 || !confirmation.isBearer || !isRecipient(recipient)) {
    throw invalidAssertion(
      'Invalid SubjectConfirmation in SAMLResponse',
      'one bearer confirmation with Recipient (a sign-in endpoint of AWS) and NotOnOrAfter is needed',
    );
  }
  if (Number.isNaN(confirmation.notOnOrAfter)) {
    throw invalidAssertion('Invalid SubjectConfirmation in SAMLResponse', 'no NotOnOrAfter');
  }
  if (confirmation.notOnOrAfter <= now) throw expiredAssertion('SubjectConfirmationData NotOnOrAfter');
  return recipient;
}

/** The subject, and its type as STS tells it: SAML 2.0's formats without their prefix. */
export function checkNameId({ nameId = '', nameIdFormat = UNSPECIFIED }: AssertionFacts): {
  readonly subject: string;
  readonly subjectType: string;
} {
  if (nameId === '') {
    throw accessDenied('Not authorized to perform sts:AssumeRoleWithSAML', 'the assertion has no NameID');
  }
  if (!FORMATS.has(nameIdFormat)) {
    throw invalidAssertion('Unsupported NameID Format in SAMLResponse', nameIdFormat);
  }
  const isOfSaml2 = nameIdFormat.startsWith(FORMAT_PREFIX);
  return {
    subject: nameId,
    subjectType: isOfSaml2 ? nameIdFormat.slice(FORMAT_PREFIX.length) : nameIdFormat,
  };
}
