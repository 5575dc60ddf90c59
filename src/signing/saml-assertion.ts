/**
 * The SAML Response by which the broker, as AWS's identity provider, vouches for one role. It is a fixed text
 * with escaped values, written in the form that exclusive canonicalization would give it: namespaces where they
 * are first used, attributes in order, no space between elements. So the text itself is digested and signed,
 * and nothing parses XML on the way.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
 */
import { createHash, randomBytes } from 'node:crypto';
import { AWS_SIGN_IN } from '../core/aws-sign-in.ts';
import type { Partition } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import type { SamlAssertionRequest } from '../core/ports/signer.ts';
import type { ActiveKey } from './key-set.ts';
import { signRsaSha256 } from './sign-rsa-sha256.ts';
import { xmlAttribute, xmlText } from './xml-text.ts';

interface SamlIssue {
  readonly issuer: string;
  readonly now: Date;
  readonly key: ActiveKey;
}

/** AWS redeems an assertion within five minutes of its issue, and not later. */
const LIFE_MS = 5 * 60_000;
/** AWS's clock may be behind ours. */
const BACKDATED_MS = 60_000;

const SAML = 'urn:oasis:names:tc:SAML:2.0';
const ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** @returns the Response, base64. */
export async function mintSamlResponse(request: SamlAssertionRequest, issue: SamlIssue): Promise<string> {
  checkRequest(request);
  const signIn = signInOf(request.partition);
  const id = freshId();
  const issuer = `<saml:Issuer>${xmlText(issue.issuer)}</saml:Issuer>`;
  const opening = `<saml:Assertion xmlns:saml="${SAML}:assertion" ID="${id}" IssueInstant="${instant(issue.now)}" Version="2.0">`;
  const rest = `${subject(request, issue.now, signIn.recipient)}${statements(request, issue.now, signIn.audience)}</saml:Assertion>`;
  const signature = await enveloped(id, `${opening}${issuer}${rest}`, issue.key);
  const response = `<samlp:Response xmlns:samlp="${SAML}:protocol" Destination="${signIn.recipient}" ID="${freshId()}" IssueInstant="${instant(issue.now)}" Version="2.0"><saml:Issuer xmlns:saml="${SAML}:assertion">${xmlText(issue.issuer)}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${SAML}:status:Success"></samlp:StatusCode></samlp:Status>${opening}${issuer}${signature}${rest}</samlp:Response>`;
  return Buffer.from(safeLineEnds(response), 'utf8').toString('base64');
}

/**
 * Some readers turn these two into line feeds, as XML 1.1 does. Written by number they come out as what was
 * signed, for every reader: canonicalization puts the characters themselves back.
 */
function safeLineEnds(xml: string): string {
  return xml.replaceAll('\u0085', '&#x85;').replaceAll('\u2028', '&#x2028;');
}

/**
 * These come from the catalogue and from `sessionName`, which allow no more. Checked again because whoever
 * writes into an assertion's Role value chooses the role.
 */
function checkRequest(request: SamlAssertionRequest): void {
  const name = /^[\w+=,.@-]{2,64}$/;
  const isSound =
    /^arn:[a-z-]+:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,575}$/.test(request.roleArn) &&
    /^arn:[a-z-]+:iam::[0-9]{12}:saml-provider\/[\w.-]{1,128}$/.test(request.samlProviderArn) &&
    !request.roleArn.includes(',') &&
    name.test(request.roleSessionName) &&
    name.test(request.subject) &&
    (request.sourceIdentity === undefined || name.test(request.sourceIdentity)) &&
    Number.isInteger(request.durationSeconds);
  if (!isSound) throw new BrokerError('internal', { detail: 'not a request for an assertion' });
}

function signInOf(partition: string): (typeof AWS_SIGN_IN)[Partition] {
  const found = Object.entries(AWS_SIGN_IN).find(([name]) => name === partition)?.[1];
  if (found === undefined) throw new BrokerError('internal', { detail: `no partition "${partition}"` });
  return found;
}

function freshId(): string {
  return `_${randomBytes(20).toString('hex')}`;
}

function instant(date: Date): string {
  return date.toISOString();
}

function after(now: Date, milliseconds: number): string {
  return instant(new Date(now.getTime() + milliseconds));
}

function subject(request: SamlAssertionRequest, now: Date, recipient: string): string {
  const nameId = `<saml:NameID Format="${SAML}:nameid-format:persistent">${xmlText(request.subject)}</saml:NameID>`;
  const data = `<saml:SubjectConfirmationData NotOnOrAfter="${after(now, LIFE_MS)}" Recipient="${recipient}"></saml:SubjectConfirmationData>`;
  return `<saml:Subject>${nameId}<saml:SubjectConfirmation Method="${SAML}:cm:bearer">${data}</saml:SubjectConfirmation></saml:Subject>`;
}

function statements(request: SamlAssertionRequest, now: Date, audience: string): string {
  const conditions = `<saml:Conditions NotBefore="${after(now, -BACKDATED_MS)}" NotOnOrAfter="${after(now, LIFE_MS)}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`;
  const authentication = `<saml:AuthnStatement AuthnInstant="${instant(now)}"><saml:AuthnContext><saml:AuthnContextClassRef>${SAML}:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;
  return `${conditions}${authentication}<saml:AttributeStatement>${attributes(request).join('')}</saml:AttributeStatement>`;
}

function attributes(request: SamlAssertionRequest): string[] {
  const transitive = request.sessionTags.filter((tag) => tag.transitive).map(({ key }) => key);
  return [
    // One value: AWS redeems the assertion for no other role, wherever it ends up.
    attribute('Role', [`${request.roleArn},${request.samlProviderArn}`]),
    attribute('RoleSessionName', [request.roleSessionName]),
    attribute('SessionDuration', [String(request.durationSeconds)]),
    ...request.sessionTags.map(({ key, value }) => attribute(`PrincipalTag:${key}`, [value])),
    ...(transitive.length === 0 ? [] : [attribute('TransitiveTagKeys', transitive)]),
    ...(request.sourceIdentity === undefined ? [] : [attribute('SourceIdentity', [request.sourceIdentity])]),
  ];
}

function attribute(name: string, values: readonly string[]): string {
  const elements = values.map((value) => `<saml:AttributeValue>${xmlText(value)}</saml:AttributeValue>`);
  return `<saml:Attribute Name="${xmlAttribute(`${ATTRIBUTES}/${name}`)}">${elements.join('')}</saml:Attribute>`;
}

/** The signature over the assertion without itself: XML Signature's enveloped transform. */
async function enveloped(id: string, assertion: string, key: ActiveKey): Promise<string> {
  const digest = createHash('sha256').update(assertion, 'utf8').digest('base64');
  const ds = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
  const transforms = `<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="${EXCLUSIVE}"></ds:Transform></ds:Transforms>`;
  const reference = `<ds:Reference URI="#${id}">${transforms}<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
  const signedInfo = `<ds:SignedInfo ${ds}><ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>${reference}</ds:SignedInfo>`;
  const value = await signRsaSha256(Buffer.from(signedInfo, 'utf8'), key.privateKey);
  const certificate = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificateBody(key.publicPart)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  return `<ds:Signature ${ds}>${signedInfo}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>${certificate}</ds:Signature>`;
}

/** A PEM's base64, without its frame and line breaks. */
export function certificateBody(pem: string): string {
  return pem.replace(/-----[A-Z ]+-----|\s+/g, '');
}
