/**
 * What the SAML identity provider answers: a Response with one assertion, each signed. A fixed template and
 * one escape function; only people's attributes and checked values of the request go in.
 */
import { randomBytes } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { withPlainLines } from '../../../lib/xml-lines.ts';
import type { Person } from '../people.ts';
import { SECOND_FACTOR } from '../second-factor.ts';
import type { SamlKey } from '../signing-keys.ts';
import type { AuthnRequest } from './authn-request.ts';
import { xmlText } from './xml-text.ts';

const ASSERTION_MINUTES = 5;
const SESSION_HOURS = 8;
const CLOCK_SKEW_SECONDS = 30;
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified';
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status';

interface SamlResponseContext {
  readonly entityId: string;
  readonly key: SamlKey;
  readonly now: Date;
}

/** Whom a visitor picked, and how they say that they signed in. */
interface Visit {
  readonly person: Person;
  readonly secondFactor: boolean;
}

/** XML of a signed Response that says who somebody is, for this one request. */
export function samlResponse(request: AuthnRequest, visit: Visit, context: SamlResponseContext): string {
  const status = `<samlp:StatusCode Value="${STATUS}:Success"/>`;
  const unsigned = responseXml(request, context, status, assertionXml(request, visit, context));
  const assertionSigned = signElement(unsigned, 'Assertion', context.key);
  return signElement(assertionSigned, 'Response', context.key);
}

/** The person would not say who they are: SAML 2.0 Core section 3.2.2.2. */
export function samlRefusal(request: AuthnRequest, context: SamlResponseContext): string {
  const status =
    `<samlp:StatusCode Value="${STATUS}:Responder"><samlp:StatusCode Value="${STATUS}:AuthnFailed"/>` +
    '</samlp:StatusCode><samlp:StatusMessage>The visitor chose nobody.</samlp:StatusMessage>';
  return signElement(responseXml(request, context, status, ''), 'Response', context.key);
}

function responseXml(
  request: AuthnRequest,
  { entityId, now }: SamlResponseContext,
  status: string,
  assertion: string,
): string {
  return (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ' +
    `xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${newId()}" Version="2.0" ` +
    `IssueInstant="${instant(now)}" Destination="${xmlText(request.assertionConsumerServiceUrl)}" ` +
    `InResponseTo="${xmlText(request.id)}"><saml:Issuer>${xmlText(entityId)}</saml:Issuer>` +
    `<samlp:Status>${status}</samlp:Status>${assertion}</samlp:Response>`
  );
}

function assertionXml(request: AuthnRequest, visit: Visit, { entityId, now }: SamlResponseContext): string {
  const { person, secondFactor } = visit;
  const issued = instant(now);
  const end = instant(later(now, ASSERTION_MINUTES * 60));
  return (
    '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ' +
    `ID="${newId()}" Version="2.0" IssueInstant="${issued}"><saml:Issuer>${xmlText(entityId)}</saml:Issuer>` +
    '<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">' +
    `${xmlText(person.subject)}</saml:NameID>` +
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData ' +
    `InResponseTo="${xmlText(request.id)}" NotOnOrAfter="${end}" ` +
    `Recipient="${xmlText(request.assertionConsumerServiceUrl)}"/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${instant(later(now, -CLOCK_SKEW_SECONDS))}" NotOnOrAfter="${end}">` +
    `<saml:AudienceRestriction><saml:Audience>${xmlText(request.issuer)}</saml:Audience>` +
    '</saml:AudienceRestriction></saml:Conditions>' +
    `<saml:AuthnStatement AuthnInstant="${issued}" SessionIndex="${newId()}" ` +
    `SessionNotOnOrAfter="${instant(later(now, SESSION_HOURS * 3_600))}"><saml:AuthnContext>` +
    `<saml:AuthnContextClassRef>${secondFactor ? SECOND_FACTOR : UNSPECIFIED}</saml:AuthnContextClassRef>` +
    `</saml:AuthnContext></saml:AuthnStatement>${attributeStatement(person)}</saml:Assertion>`
  );
}

function attributeStatement(person: Person): string {
  const single = { email: person.email, displayName: person.displayName, ...person.attributes };
  const attributes = [
    ...Object.entries(single).map(([name, value]) => attributeXml(name, [value])),
    // An attribute without a value says less than no attribute at all.
    ...(person.groups.length === 0 ? [] : [attributeXml('groups', person.groups)]),
  ];
  return `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`;
}

function attributeXml(name: string, values: readonly string[]): string {
  const inner = values.map((value) => `<saml:AttributeValue>${xmlText(value)}</saml:AttributeValue>`);
  return (
    `<saml:Attribute Name="${xmlText(name)}" ` +
    `NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${inner.join('')}</saml:Attribute>`
  );
}

/** The schema wants the signature right behind the element's own Issuer. */
function signElement(xml: string, localName: 'Assertion' | 'Response', key: SamlKey): string {
  const xpath = `//*[local-name(.)='${localName}']`;
  const signer = new SignedXml({
    privateKey: key.privateKeyPem,
    publicCert: key.certificatePem,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
  });
  signer.addReference({
    xpath,
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: [ENVELOPED, EXCLUSIVE_C14N],
  });
  signer.computeSignature(withPlainLines(xml), {
    prefix: 'ds',
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
}

/** An XML name must not start with a digit. */
function newId(): string {
  return `_${randomBytes(20).toString('hex')}`;
}

function later(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}

/** Whole seconds: some readers of SAML stumble over fractions. */
function instant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
