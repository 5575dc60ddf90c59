/**
 * A SAML identity provider over HTTP that can be told to lie. It answers like an honest one unless a recipe
 * says otherwise; recipes change one thing before or after signing.
 */
import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { inflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { withPlainLines } from '../../src/lib/xml-lines.ts';
import { close, listen } from './connector-door.ts';
import { certify, type CertifiedKey } from './self-signed-certificate.ts';

export interface AuthnRequestFacts {
  readonly id: string;
  readonly acsUrl: string;
  readonly issuer: string;
  readonly relayState: string;
  readonly xml: string;
}

export interface Recipe {
  readonly signs?: 'assertion' | 'response' | 'both' | 'none';
  readonly key?: CertifiedKey;
  /** The certificate shown in KeyInfo; by default the signing key's own. */
  readonly shownCertificate?: string;
  readonly signatureAlgorithm?: string;
  readonly digestAlgorithm?: string;
  readonly issuer?: string;
  readonly responseIssuer?: string;
  readonly destination?: string | undefined;
  readonly recipient?: string | undefined;
  readonly audiences?: readonly (readonly string[])[];
  readonly inResponseTo?: string | undefined;
  readonly responseInResponseTo?: string | undefined;
  readonly subjectXml?: string;
  readonly attributesXml?: string;
  readonly method?: string;
  readonly status?: string;
  readonly version?: string;
  readonly responseVersion?: string;
  /** Milliseconds from now, or the text itself; undefined leaves the attribute out. */
  readonly issueInstant?: Time;
  readonly conditionsNotBefore?: Time;
  readonly conditionsNotOnOrAfter?: Time;
  readonly confirmationNotBefore?: Time;
  readonly confirmationNotOnOrAfter?: Time;
  readonly authnInstant?: Time;
  readonly sessionNotOnOrAfter?: Time;
  readonly sessionIndex?: string;
  /** AuthnContextClassRef; by default a password. */
  readonly contexts?: readonly string[];
  /** How many AuthnStatements; by default one. */
  readonly authnStatements?: number;
  readonly assertionId?: string;
  readonly extraConditions?: string;
  readonly withoutAuthnStatement?: boolean;
  readonly withoutConditions?: boolean;
  readonly beforeSigning?: (xml: string) => string;
  readonly afterSigning?: (xml: string) => string;
}

type Time = number | string | undefined;

export interface FakeSamlIdp {
  readonly entityId: string;
  readonly metadataUrl: string;
  readonly ssoUrl: string;
  /** What it signs with and publishes; `rotate` replaces it. */
  key(): CertifiedKey;
  rotate(): void;
  /** Replaces the metadata document; undefined brings the honest one back. */
  serveMetadata(override: { readonly status?: number; readonly body?: string } | undefined): void;
  metadataXml(): string;
  metadataReads(): number;
  readRequest(redirect: URL): AuthnRequestFacts;
  /** The form that an honest or lying provider lets the browser post. */
  answer(redirect: URL, recipe?: Recipe): { SAMLResponse: string; RelayState: string };
  answerXml(request: AuthnRequestFacts, recipe?: Recipe): string;
  close(): Promise<void>;
}

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

export async function startFakeSamlIdp(): Promise<FakeSamlIdp> {
  let key = certify('fake identity provider', { goodForDays: 365 });
  let override: { readonly status?: number; readonly body?: string } | undefined;
  let reads = 0;
  const server = createServer((_request, response) => {
    reads += 1;
    response.writeHead(override?.status ?? 200, { 'content-type': 'application/samlmetadata+xml' });
    response.end(override?.body ?? metadataXml());
  });
  const url = await listen(server);
  const entityId = `${url}/metadata`;
  const ssoUrl = `${url}/sso`;

  function metadataXml(): string {
    return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">
  <!-- by hand -->
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>${key.certificateBase64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ssoUrl}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`;
  }

  const answerXml = (request: AuthnRequestFacts, recipe: Recipe = {}): string => {
    const unsigned = responseXml(request, { issuer: entityId, ...recipe });
    const prepared = recipe.beforeSigning?.(unsigned) ?? unsigned;
    const signed = sign(prepared, { key, ...recipe });
    return recipe.afterSigning?.(signed) ?? signed;
  };

  return {
    entityId,
    ssoUrl,
    metadataUrl: entityId,
    key: () => key,
    rotate: () => {
      key = certify('fake identity provider, next', { goodForDays: 365 });
    },
    serveMetadata: (next) => {
      override = next;
    },
    metadataXml,
    metadataReads: () => reads,
    readRequest,
    answerXml,
    answer: (redirect, recipe) => {
      const request = readRequest(redirect);
      return { SAMLResponse: base64(answerXml(request, recipe)), RelayState: request.relayState };
    },
    close: async () => close(server),
  };
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The HTTP-Redirect binding, read independently of the library under test. */
function readRequest(redirect: URL): AuthnRequestFacts {
  const message = redirect.searchParams.get('SAMLRequest') ?? '';
  const xml = inflateRawSync(Buffer.from(message, 'base64')).toString('utf8');
  const find = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? '';
  return {
    id: find(/ ID="([^"]+)"/),
    acsUrl: find(/ AssertionConsumerServiceURL="([^"]+)"/),
    issuer: find(/Issuer[^>]*>([^<]+)</),
    relayState: redirect.searchParams.get('RelayState') ?? '',
    xml,
  };
}

/** The value that a recipe names, also when it names undefined; else the honest one. */
function chosen<Key extends keyof Recipe>(recipe: Recipe, key: Key, honest: Recipe[Key]): Recipe[Key] {
  return Object.hasOwn(recipe, key) ? recipe[key] : honest;
}

function responseXml(request: AuthnRequestFacts, recipe: Recipe): string {
  const { issuer = '', status = SUCCESS, responseIssuer = issuer } = recipe;
  const issueInstant = timeAttribute('IssueInstant', chosen(recipe, 'issueInstant', 0));
  const attributes = [
    `ID="_r${randomBytes(16).toString('hex')}"`,
    `Version="${recipe.responseVersion ?? '2.0'}"`,
    issueInstant,
    optional('Destination', chosen(recipe, 'destination', request.acsUrl)),
    optional('InResponseTo', chosen(recipe, 'responseInResponseTo', request.id)),
  ];
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ${attributes.join(' ')}>`,
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${responseIssuer}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>`,
    assertionXml(request, recipe, issueInstant),
    '</samlp:Response>',
  ].join('');
}

function assertionXml(request: AuthnRequestFacts, recipe: Recipe, issueInstant: string): string {
  const id = recipe.assertionId ?? `_a${randomBytes(16).toString('hex')}`;
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}"`,
    ` Version="${recipe.version ?? '2.0'}" ${issueInstant}>`,
    `<saml:Issuer>${recipe.issuer ?? ''}</saml:Issuer>`,
    subjectXml(request, recipe),
    recipe.withoutConditions === true ? '' : conditionsXml(request, recipe),
    recipe.withoutAuthnStatement === true
      ? ''
      : authnStatementXml(recipe).repeat(recipe.authnStatements ?? 1),
    recipe.attributesXml ??
      attributeStatement([
        ['groups', ['engineers', 'aws-admins-readonly']],
        ['email', ['ann@example.com']],
        ['displayName', ['Ann Example']],
      ]),
    '</saml:Assertion>',
  ].join('');
}

function subjectXml(request: AuthnRequestFacts, recipe: Recipe): string {
  const data = [
    optional('Recipient', chosen(recipe, 'recipient', request.acsUrl)),
    optional('InResponseTo', chosen(recipe, 'inResponseTo', request.id)),
    timeAttribute('NotBefore', recipe.confirmationNotBefore),
    timeAttribute('NotOnOrAfter', chosen(recipe, 'confirmationNotOnOrAfter', 300_000)),
  ];
  return [
    `<saml:Subject>${recipe.subjectXml ?? '<saml:NameID>ann</saml:NameID>'}`,
    `<saml:SubjectConfirmation Method="${recipe.method ?? BEARER}">`,
    `<saml:SubjectConfirmationData ${data.join(' ')}/></saml:SubjectConfirmation></saml:Subject>`,
  ].join('');
}

function conditionsXml(request: AuthnRequestFacts, recipe: Recipe): string {
  const times = [
    timeAttribute('NotBefore', chosen(recipe, 'conditionsNotBefore', -1_000)),
    timeAttribute('NotOnOrAfter', chosen(recipe, 'conditionsNotOnOrAfter', 300_000)),
  ];
  const restrictions = (recipe.audiences ?? [[request.issuer]]).map((audiences) => {
    const list = audiences.map((audience) => `<saml:Audience>${audience}</saml:Audience>`).join('');
    return `<saml:AudienceRestriction>${list}</saml:AudienceRestriction>`;
  });
  const content = restrictions.join('') + (recipe.extraConditions ?? '');
  return `<saml:Conditions ${times.join(' ')}>${content}</saml:Conditions>`;
}

function authnStatementXml(recipe: Recipe): string {
  const times = [
    timeAttribute('AuthnInstant', chosen(recipe, 'authnInstant', -60_000)),
    timeAttribute('SessionNotOnOrAfter', recipe.sessionNotOnOrAfter),
    optional('SessionIndex', recipe.sessionIndex),
  ];
  const contexts = recipe.contexts ?? ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'];
  const references = contexts.map(
    (context) => `<saml:AuthnContextClassRef>${context}</saml:AuthnContextClassRef>`,
  );
  return [
    `<saml:AuthnStatement ${times.join(' ')}><saml:AuthnContext>`,
    `${references.join('')}</saml:AuthnContext></saml:AuthnStatement>`,
  ].join('');
}

/** Values are XML already, so that recipes may put markup into them. */
export function attributeStatement(attributes: readonly (readonly [string, readonly string[]])[]): string {
  const list = attributes.map(([name, values]) => {
    const texts = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`);
    return `<saml:Attribute Name="${name}">${texts.join('')}</saml:Attribute>`;
  });
  return `<saml:AttributeStatement>${list.join('')}</saml:AttributeStatement>`;
}

function optional(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name}="${value}"`;
}

function timeAttribute(name: string, time: Time): string {
  return optional(name, typeof time === 'number' ? new Date(Date.now() + time).toISOString() : time);
}

function sign(xml: string, recipe: Recipe & { readonly key: CertifiedKey }): string {
  const signs = recipe.signs ?? 'assertion';
  let signed = xml;
  if (signs === 'assertion' || signs === 'both') signed = signElement(signed, 'Assertion', recipe);
  if (signs === 'response' || signs === 'both') signed = signElement(signed, 'Response', recipe);
  return signed;
}

function signElement(xml: string, name: string, recipe: Recipe & { readonly key: CertifiedKey }): string {
  const element = `//*[local-name(.)='${name}']`;
  const signer = new SignedXml({
    privateKey: signingKey(recipe.key.privateKey),
    publicCert: recipe.shownCertificate ?? recipe.key.certificate,
    signatureAlgorithm: recipe.signatureAlgorithm ?? RSA_SHA256,
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  signer.addReference({
    xpath: element,
    digestAlgorithm: recipe.digestAlgorithm ?? SHA256,
    transforms: [ENVELOPED, EXCLUSIVE],
  });
  const reference = `${element}/*[local-name(.)='Issuer']`;
  signer.computeSignature(withPlainLines(xml), { prefix: 'ds', location: { reference, action: 'after' } });
  return signer.getSignedXml();
}

const signingKeys = new Map<string, KeyObject>();

/** Reading a key takes as long as signing with it. */
function signingKey(pem: string): KeyObject {
  const key = signingKeys.get(pem) ?? createPrivateKey(pem);
  signingKeys.set(pem, key);
  return key;
}
