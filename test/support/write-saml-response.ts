/** Writes and signs a SAML response in a product's shape. */
import { randomUUID } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { encryptedAssertion, type ElementEncryption } from './encrypt-element.ts';
import type { AuthnRequestFacts } from './fake-saml-idp.ts';
import type { ResponseShape, ShapedAttribute } from './saml-response-shapes.ts';
import type { CertifiedKey } from './self-signed-certificate.ts';

export interface ResponseFacts {
  readonly request: AuthnRequestFacts;
  readonly issuer: string;
  readonly key: CertifiedKey;
  /** Whoever encrypts does it for this certificate. */
  readonly encryptFor: string;
  readonly encryption?: Omit<ElementEncryption, 'certificate'>;
  /** What becomes of the signed assertion before it is encrypted, and of the encrypted one before it is signed over. */
  readonly beforeEncryption?: (assertion: string) => string;
  readonly afterEncryption?: (encrypted: string) => string;
}

const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** The XML, before base64. */
export function writeSamlResponse(shape: ResponseShape, facts: ResponseFacts): string {
  const { request, issuer } = facts;
  const { protocol: p } = shape;
  const attributes = [
    `ID="${idOf(shape)}" Version="2.0" IssueInstant="${instant(shape, 0)}" Destination="${request.acsUrl}"`,
    `InResponseTo="${request.id}" ${shape.responseAttributes ?? ''} xmlns:${p}="${PROTOCOL}"`,
  ];
  let assertion = assertionXml(shape, facts);
  if (shape.signs !== 'response') assertion = sign(assertion, 'Assertion', shape, facts.key);
  if (shape.encrypts === true) assertion = encrypt(assertion, facts);
  const response = [
    `<${p}:Response ${attributes.join(' ')}>${element(shape, 'Issuer', issuer, outerIssuer(shape))}`,
    `${shape.extensions ?? ''}<${p}:Status><${p}:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`,
    `</${p}:Status>${assertion}</${p}:Response>`,
  ].join('');
  const signed = shape.signs === 'assertion' ? response : sign(response, 'Response', shape, facts.key);
  return `${shape.declaration ?? ''}${signed}`;
}

function encrypt(assertion: string, facts: ResponseFacts): string {
  const text = facts.beforeEncryption?.(assertion) ?? assertion;
  const encrypted = encryptedAssertion(text, { certificate: facts.encryptFor, ...facts.encryption });
  return facts.afterEncryption?.(encrypted) ?? encrypted;
}

function assertionXml(shape: ResponseShape, { request, issuer }: ResponseFacts): string {
  const tag = (name: string): string => qualified(shape.assertion, name);
  const confirmation = [
    `InResponseTo="${request.id}" NotOnOrAfter="${instant(shape, 300_000)}" Recipient="${request.acsUrl}"`,
    shape.confirmationAttributes ?? '',
  ].join(' ');
  const subject = [
    `<${tag('Subject')}>${element(shape, 'NameID', shape.nameId, shape.nameIdAttributes)}`,
    `<${tag('SubjectConfirmation')} Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">`,
    `<${tag('SubjectConfirmationData')} ${confirmation}/></${tag('SubjectConfirmation')}></${tag('Subject')}>`,
  ].join('');
  const conditions = [
    `<${tag('Conditions')} NotBefore="${instant(shape, -300_000)}" NotOnOrAfter="${instant(shape, 3_600_000)}">`,
    `<${tag('AudienceRestriction')}>${element(shape, 'Audience', request.issuer)}</${tag('AudienceRestriction')}>`,
    `</${tag('Conditions')}>`,
  ].join('');
  const statements = [authnXml(shape), attributesXml(shape)];
  if (shape.attributesFirst === true) statements.reverse();
  return [
    `<${tag('Assertion')} ID="${idOf(shape)}" IssueInstant="${instant(shape, 0)}" Version="2.0" ${namespaces(shape)}>`,
    element(shape, 'Issuer', issuer, shape.issuerAttributes),
    subject,
    conditions,
    ...statements,
    `</${tag('Assertion')}>`,
  ].join('');
}

function authnXml(shape: ResponseShape): string {
  const tag = (name: string): string => qualified(shape.assertion, name);
  const extra = shape.authnAttributes?.(instant(shape, 28_800_000)) ?? '';
  return [
    `<${tag('AuthnStatement')} AuthnInstant="${instant(shape, -60_000)}" SessionIndex="${randomUUID()}" ${extra}>`,
    `${shape.insideAuthn ?? ''}<${tag('AuthnContext')}>${element(shape, 'AuthnContextClassRef', shape.context)}`,
    `</${tag('AuthnContext')}></${tag('AuthnStatement')}>`,
  ].join('');
}

function attributesXml(shape: ResponseShape): string {
  const tag = qualified(shape.assertion, 'AttributeStatement');
  return `<${tag}>${shape.attributes.map((one) => attributeXml(shape, one)).join('')}</${tag}>`;
}

function attributeXml(shape: ResponseShape, { name, values, friendlyName }: ShapedAttribute): string {
  const format = shape.nameFormat;
  const type =
    shape.valueType === undefined
      ? ''
      : `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${shape.valueType}"`;
  const attributes = [
    `Name="${name}"`,
    ...(format === undefined ? [] : [`NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:${format}"`]),
    ...(friendlyName === undefined ? [] : [`FriendlyName="${friendlyName}"`]),
  ];
  const tag = qualified(shape.assertion, 'Attribute');
  const list = values.map((value) => element(shape, 'AttributeValue', value, type));
  return `<${tag} ${attributes.join(' ')}>${list.join('')}</${tag}>`;
}

function sign(xml: string, name: string, shape: ResponseShape, key: CertifiedKey): string {
  const signer = new SignedXml({
    privateKey: key.privateKey,
    publicCert: key.certificate,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  signer.addReference({
    xpath: `/*[local-name(.)='${name}']`,
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    ...(shape.inclusive === undefined ? {} : { inclusiveNamespacesPrefixList: [...shape.inclusive] }),
  });
  const location = { reference: `/*/*[local-name(.)='Issuer']`, action: 'after' } as const;
  signer.computeSignature(xml, shape.signature === '' ? { location } : { prefix: shape.signature, location });
  return dress(signer.getSignedXml(), shape, key);
}

/** What the signature does not cover: the form of its value, and KeyInfo. */
function dress(
  xml: string,
  { brokenSignatureValue, keyInfo, signature }: ResponseShape,
  key: CertifiedKey,
): string {
  let dressed = xml;
  if (brokenSignatureValue !== undefined) {
    dressed = dressed.replace(/(?<=SignatureValue>)[^<]+/, (value) =>
      (value.match(/.{1,76}/g) ?? []).join(brokenSignatureValue),
    );
  }
  if (keyInfo !== undefined) {
    const shown = keyInfo(signature, key.certificateBase64);
    dressed = dressed.replace(/<(?:\w+:)?KeyInfo>.*?<\/(?:\w+:)?KeyInfo>/s, () => shown);
  }
  return dressed;
}

function element(shape: ResponseShape, name: string, text: string, attributes = ''): string {
  const tag = qualified(shape.assertion, name);
  return text === '' ? `<${tag} ${attributes}/>` : `<${tag} ${attributes}>${text}</${tag}>`;
}

/** The wrapper's issuer stands outside the assertion, so it brings its namespace along. */
function outerIssuer(shape: ResponseShape): string {
  const declaration = shape.assertion === '' ? 'xmlns' : `xmlns:${shape.assertion}`;
  return `${shape.issuerAttributes ?? ''} ${declaration}="${ASSERTION}"`;
}

function namespaces({ assertion, valueType }: ResponseShape): string {
  const declaration = assertion === '' ? 'xmlns' : `xmlns:${assertion}`;
  const schema = valueType?.split(':')[0];
  return `${declaration}="${ASSERTION}"${schema === undefined ? '' : ` xmlns:${schema}="http://www.w3.org/2001/XMLSchema"`}`;
}

function qualified(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}:${name}`;
}

function idOf({ idPrefix }: ResponseShape): string {
  // An id begins with a letter or an underscore, whatever comes behind.
  return idPrefix === '' ? `p${randomUUID()}` : `${idPrefix}${randomUUID()}`;
}

function instant({ fractionDigits }: ResponseShape, fromNow: number): string {
  const text = new Date(Date.now() + fromNow).toISOString();
  return fractionDigits === 3 ? text : text.replace(/\.\d+/, '');
}
