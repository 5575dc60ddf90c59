/** SAML responses as fast as RSA allows: canonical text to begin with, so that nothing has to be parsed to sign it. */
import { createHash, createSign, randomBytes } from 'node:crypto';

export interface SamlProvider {
  readonly entityId: string;
  readonly privateKey: string;
  readonly certificateBase64: string;
}

export interface Asked {
  readonly requestId: string;
  readonly audience: string;
  readonly acsUrl: string;
}

const SAML = 'urn:oasis:names:tc:SAML:2.0';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const GROUPS = ['engineering', 'aws-readonly', 'aws-developers', 'everybody', 'berlin'];

/** Base64, as the POST binding wants it; the assertion is signed. */
export function samlAnswer(provider: SamlProvider, asked: Asked): string {
  const [id, now] = [`_${randomBytes(16).toString('hex')}`, Date.now()];
  const at = (offset: number): string => new Date(now + offset).toISOString();
  const head =
    `<saml:Assertion xmlns:saml="${SAML}:assertion" ID="${id}" IssueInstant="${at(0)}" Version="2.0">` +
    `<saml:Issuer>${provider.entityId}</saml:Issuer>`;
  const rest =
    `<saml:Subject><saml:NameID Format="${SAML}:nameid-format:persistent">${randomBytes(8).toString('hex')}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="${SAML}:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${asked.requestId}" ` +
    `NotOnOrAfter="${at(300_000)}" Recipient="${asked.acsUrl}"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${at(-60_000)}" NotOnOrAfter="${at(300_000)}"><saml:AudienceRestriction>` +
    `<saml:Audience>${asked.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${at(0)}"><saml:AuthnContext><saml:AuthnContextClassRef>` +
    `${SAML}:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement>${attribute('email', ['ann@example.com'])}${attribute('displayName', ['Ann'])}` +
    `${attribute('groups', GROUPS)}</saml:AttributeStatement></saml:Assertion>`;
  const response =
    `<samlp:Response xmlns:samlp="${SAML}:protocol" Destination="${asked.acsUrl}" ID="_${randomBytes(16).toString('hex')}" ` +
    `InResponseTo="${asked.requestId}" IssueInstant="${at(0)}" Version="2.0">` +
    `<saml:Issuer xmlns:saml="${SAML}:assertion">${provider.entityId}</saml:Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="${SAML}:status:Success"/></samlp:Status>` +
    `${head}${signature(provider, id, head + rest)}${rest}</samlp:Response>`;
  return Buffer.from(response).toString('base64');
}

function attribute(name: string, values: readonly string[]): string {
  const list = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('');
  return `<saml:Attribute Name="${name}">${list}</saml:Attribute>`;
}

function signature({ privateKey, certificateBase64 }: SamlProvider, id: string, canonical: string): string {
  const digest = createHash('sha256').update(canonical).digest('base64');
  const info =
    `<ds:SignedInfo xmlns:ds="${DSIG}"><ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>` +
    `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${DSIG}enveloped-signature"></ds:Transform>` +
    `<ds:Transform Algorithm="${EXCLUSIVE}"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const value = createSign('sha256').update(info).sign(privateKey, 'base64');
  return (
    `<ds:Signature xmlns:ds="${DSIG}">${info}<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>` +
    `<ds:X509Certificate>${certificateBase64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`
  );
}
