/** SAML responses as an identity provider makes them for AWS, with every part open to be made wrong. */
import { SignedXml } from 'xml-crypto';
import { withPlainLines } from '../../src/lib/xml-lines.ts';
import type { CertifiedKey } from './self-signed-certificate.ts';

const AWS_ATTRIBUTE = 'https://aws.amazon.com/SAML/Attributes/';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const NAME_ID_FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';

export interface SamlRecipe {
  readonly roleArn: string;
  readonly providerArn: string;
  readonly now?: Date;
  readonly issuer?: string;
  readonly audience?: string;
  readonly recipient?: string;
  readonly nameId?: string | undefined;
  /** The whole URI. */
  readonly nameIdFormat?: string;
  readonly sessionName?: string | undefined;
  /** AWS's own, by the last part of their names. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /** By their whole names. */
  readonly otherAttributes?: Readonly<Record<string, readonly string[]>>;
  readonly sessionNotOnOrAfter?: Date;
  readonly notBefore?: Date;
  readonly status?: string;
  readonly key?: CertifiedKey;
  readonly signs?: 'assertion' | 'response' | 'both' | 'none';
  readonly signatureAlgorithm?: string;
  readonly beforeSigning?: (xml: string) => string;
  readonly afterSigning?: (xml: string) => string;
}

type WholeRecipe = SamlRecipe & { readonly issuer: string; readonly key: CertifiedKey };

/** Base64 of the whole response. */
export function samlResponse(recipe: WholeRecipe): string {
  const unsigned = responseXml(recipe);
  const xml = sign(recipe.beforeSigning?.(unsigned) ?? unsigned, recipe);
  return Buffer.from(recipe.afterSigning?.(xml) ?? xml).toString('base64');
}

/** Signs one element, with the signature where SAML has it: behind the issuer. */
export function signElement(
  xml: string,
  element: 'assertion' | 'response',
  { key, signatureAlgorithm }: { readonly key: CertifiedKey; readonly signatureAlgorithm?: string },
): string {
  const signer = new SignedXml({
    privateKey: key.privateKey,
    signatureAlgorithm: signatureAlgorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  const xpath = element === 'assertion' ? "/*/*[local-name(.)='Assertion']" : '/*';
  signer.addReference({
    xpath,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signer.computeSignature(withPlainLines(xml), {
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
}

function sign(xml: string, { signs = 'assertion', key, signatureAlgorithm }: WholeRecipe): string {
  const how = signatureAlgorithm === undefined ? { key } : { key, signatureAlgorithm };
  const inner = signs === 'assertion' || signs === 'both' ? signElement(xml, 'assertion', how) : xml;
  return signs === 'response' || signs === 'both' ? signElement(inner, 'response', how) : inner;
}

function responseXml(recipe: WholeRecipe): string {
  const { now = new Date(), status = 'urn:oasis:names:tc:SAML:2.0:status:Success' } = recipe;
  const at = now.toISOString();
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response" Version="2.0" IssueInstant="${at}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${recipe.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>${assertionXml(recipe, now)}</samlp:Response>`;
}

function assertionXml(recipe: WholeRecipe, now: Date): string {
  const at = now.toISOString();
  const soon = new Date(now.getTime() + 300_000).toISOString();
  const { recipient = 'https://signin.aws.amazon.com/saml', audience = 'urn:amazon:webservices' } = recipe;
  const notBefore = recipe.notBefore === undefined ? '' : ` NotBefore="${recipe.notBefore.toISOString()}"`;
  const until =
    recipe.sessionNotOnOrAfter === undefined
      ? ''
      : ` SessionNotOnOrAfter="${recipe.sessionNotOnOrAfter.toISOString()}"`;
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" Version="2.0" IssueInstant="${at}"><saml:Issuer>${recipe.issuer}</saml:Issuer><saml:Subject>${nameIdXml(recipe)}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${soon}" Recipient="${recipient}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions${notBefore} NotOnOrAfter="${soon}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at}"${until}><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributesXml(recipe)}</saml:AttributeStatement></saml:Assertion>`;
}

function nameIdXml(recipe: SamlRecipe): string {
  const nameId = 'nameId' in recipe ? recipe.nameId : 'erin';
  const { nameIdFormat = `${NAME_ID_FORMAT}persistent` } = recipe;
  return nameId === undefined ? '' : `<saml:NameID Format="${nameIdFormat}">${nameId}</saml:NameID>`;
}

function attributesXml(recipe: SamlRecipe): string {
  const sessionName = 'sessionName' in recipe ? recipe.sessionName : 'erin.engel';
  const attributes = {
    Role: [`${recipe.roleArn},${recipe.providerArn}`],
    ...(sessionName === undefined ? {} : { RoleSessionName: [sessionName] }),
    ...recipe.attributes,
  };
  return [
    ...Object.entries(attributes).map(([name, values]) => [AWS_ATTRIBUTE + name, values] as const),
    ...Object.entries(recipe.otherAttributes ?? {}),
  ]
    .map(([name, values]) => {
      const inner = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('');
      return `<saml:Attribute Name="${name}">${inner}</saml:Attribute>`;
    })
    .join('');
}

/** Metadata of one identity provider or of several, each with its signing certificates. */
export function samlMetadata(
  entities: Readonly<Record<string, readonly CertifiedKey[]>>,
  attributes = '',
): string {
  const descriptors = Object.entries(entities).map(
    ([entityId, keys]) =>
      `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"${attributes}><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.map(keyDescriptor).join('')}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${entityId}/sign-in"/></md:IDPSSODescriptor></md:EntityDescriptor>`,
  );
  return descriptors.length === 1
    ? `<?xml version="1.0"?>${descriptors.join('')}`
    : `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${descriptors.join('')}</md:EntitiesDescriptor>`;
}

function keyDescriptor({ certificateBase64 }: CertifiedKey): string {
  return `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificateBase64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
}
