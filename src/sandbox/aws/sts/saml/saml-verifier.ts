import { createHash } from 'node:crypto';
import { accessDenied, AwsError } from '../../wire/aws-error.ts';
import type { AwsState } from '../../aws-state.ts';
import { DocumentUnavailable } from '../document-fetcher.ts';
import type { ConditionKeys } from '../../access/request-context.ts';
import { type AssertionFacts, readAssertion } from './saml-assertion.ts';
import { samlAttributeKeys } from './saml-condition-keys.ts';
import { type IdentityProviderMetadata } from './saml-metadata.ts';
import { SAML_ASSERTION_NS, SAML_PROTOCOL, signedAssertion } from './saml-signature.ts';
import type { SamlProvider } from '../../organization/world.ts';
import { attributeOf, childrenNamed, isNamed, parseXml, textOf } from './xml-document.ts';

/*
 * Is this an assertion that AWS would take, by this provider? The rules are those of "Configure SAML
 * assertions for the authentication response" in the IAM guide; what the assertion wants of STS is read
 * in saml-attributes.
 */

export interface VerifiedAssertion {
  readonly facts: AssertionFacts;
  readonly subjectType: string;
  readonly recipient: string;
  readonly nameQualifier: string;
  /** `saml:*`, for the trust policy. */
  readonly keys: ConditionKeys;
}

const FIVE_MINUTES = 5 * 60_000;
const AUDIENCES = new Set(['urn:amazon:webservices', 'https://signin.aws.amazon.com/saml']);
const AWS_RECIPIENT =
  /^https:\/\/([a-z]{2}(-[a-z]+)+-\d\.)?signin\.aws\.amazon\.com\/saml(\/acs\/SAMLSP\w+)?$/;
const NAME_ID_FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';
const STATUS_SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

export async function verifySamlResponse(
  aws: AwsState,
  provider: SamlProvider,
  response: string,
  now: Date,
): Promise<VerifiedAssertion> {
  const xml = decodeResponse(response);
  checkResponse(xml);
  const assertion = await findSignedAssertion(aws, provider, xml);
  const facts = readAssertion(assertion);
  checkTimes(facts, now.getTime());
  const recipient = checkSubject(facts, aws.samlEndpoint, now.getTime());
  const { nameId = '', nameIdFormat = '' } = facts;
  const subjectType = nameIdFormat.startsWith(NAME_ID_FORMAT)
    ? nameIdFormat.slice(NAME_ID_FORMAT.length)
    : nameIdFormat;
  const nameQualifier = createHash('sha1')
    .update(`${facts.issuer}${provider.accountId}/${provider.name}`)
    .digest('base64');
  const keys: ConditionKeys = new Map([
    ['saml:aud', [recipient]],
    ['saml:iss', [facts.issuer]],
    ['saml:sub', [nameId]],
    ['saml:sub_type', [subjectType]],
    ['saml:namequalifier', [nameQualifier]],
    ['saml:doc', [`${provider.accountId}/${provider.name}`]],
    ['aws:FederatedProvider', [provider.arn]],
    ...samlAttributeKeys(facts.attributes),
  ]);
  return { facts, subjectType, recipient, nameQualifier, keys };
}

function decodeResponse(response: string): string {
  const compact = response.replace(/\s+/g, '');
  const bytes = Buffer.from(compact, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact) || bytes.length === 0)
    throw invalid('Invalid base64 SAMLResponse');
  return bytes.toString('utf8');
}

/** What is not under the assertion's signature can only make us refuse. */
function checkResponse(xml: string): void {
  const response = parsed(() => parseXml(xml));
  if (!isNamed(response, SAML_PROTOCOL, 'Response'))
    throw invalid('Invalid base64 SAMLResponse', 'no Response');
  const [status] = childrenNamed(response, SAML_PROTOCOL, 'Status').flatMap((element) =>
    childrenNamed(element, SAML_PROTOCOL, 'StatusCode'),
  );
  if (status !== undefined && attributeOf(status, 'Value') !== STATUS_SUCCESS) {
    throw new AwsError('IDPRejectedClaim', 'The identity provider reported that authentication failed.', 403);
  }
}

async function findSignedAssertion(aws: AwsState, provider: SamlProvider, xml: string): Promise<Element> {
  const issuers = issuersOf(xml);
  const isIssuedBy = ({ entityId }: IdentityProviderMetadata): boolean =>
    issuers.length > 0 && issuers.every((issuer) => issuer === entityId);
  const fits = (metadata: IdentityProviderMetadata): Element | undefined =>
    isIssuedBy(metadata) ? signedAssertion(xml, metadata.signingKeys) : undefined;
  try {
    const found = await aws.samlMetadata.find(provider.metadataUrl, fits);
    if (found !== undefined) return found;
    const known = await aws.samlMetadata.get(provider.metadataUrl);
    throw invalid(
      isIssuedBy(known) ? 'Response signature invalid' : 'Issuer not present in specified provider',
    );
  } catch (error) {
    if (error instanceof AwsError) throw error;
    const detail = error instanceof Error ? error.message : undefined;
    if (error instanceof DocumentUnavailable) {
      throw new AwsError(
        'IDPCommunicationError',
        `The metadata of ${provider.arn} cannot be read.`,
        400,
        detail,
      );
    }
    throw invalid(`The metadata of ${provider.arn} cannot be used.`, detail);
  }
}

/** The assertions', and the response's own where it names one. */
function issuersOf(xml: string): readonly string[] {
  const response = parseXml(xml);
  const assertions = childrenNamed(response, SAML_ASSERTION_NS, 'Assertion');
  return [response, ...assertions]
    .flatMap((element) => childrenNamed(element, SAML_ASSERTION_NS, 'Issuer'))
    .map(textOf);
}

function checkTimes(facts: AssertionFacts, now: number): void {
  const { issuedAt, notBefore, notOnOrAfter } = facts;
  const times = [issuedAt, notBefore ?? 0, notOnOrAfter ?? 0, facts.sessionNotOnOrAfter ?? 0];
  if (times.some(Number.isNaN))
    throw invalid('Invalid time in SAMLResponse', 'a time is not xs:dateTime in UTC');
  if (now - issuedAt > FIVE_MINUTES || (notOnOrAfter ?? Infinity) <= now) throw expired();
  if (issuedAt - now > FIVE_MINUTES || (notBefore ?? -Infinity) > now) {
    throw invalid('Response is not yet valid', 'IssueInstant or NotBefore is in the future');
  }
}

/** @returns the Recipient, which is what `saml:aud` means */
function checkSubject(facts: AssertionFacts, samlEndpoint: string, now: number): string {
  if (!facts.audiences.some((audience) => AUDIENCES.has(audience))) {
    throw invalid('Response does not contain the required audience.');
  }
  const [confirmation, ...more] = facts.confirmations;
  const recipient = confirmation?.recipient ?? '';
  if (
    confirmation === undefined ||
    more.length > 0 ||
    !(AWS_RECIPIENT.test(recipient) || recipient === samlEndpoint)
  ) {
    throw invalid(
      'Invalid SubjectConfirmation in SAMLResponse',
      'one bearer confirmation with Recipient (a sign-in endpoint of AWS) and NotOnOrAfter is needed',
    );
  }
  if (!(confirmation.notOnOrAfter > now)) throw expired();
  if (facts.nameId === undefined || facts.nameId === '') {
    throw accessDenied('Not authorized to perform sts:AssumeRoleWithSAML', 'the assertion has no NameID');
  }
  return recipient;
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw invalid('Invalid base64 SAMLResponse', error instanceof Error ? error.message : undefined);
  }
}

function expired(): AwsError {
  return new AwsError('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance', 400);
}

function invalid(message: string, detail?: string): AwsError {
  return new AwsError('InvalidIdentityToken', message, 400, detail);
}
