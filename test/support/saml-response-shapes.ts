/**
 * How ten products write a SAML response: prefixes, ids, which part is signed and how the signature looks, the
 * names and types of attributes, what else they put in. Each is the shape of an answer of a product that
 * nobody has changed, about the same person.
 */
import type { ProviderPreset } from '../../src/core/catalogue.ts';

export interface ShapedAttribute {
  readonly name: string;
  readonly values: readonly string[];
  readonly friendlyName?: string;
}

export interface ResponseShape {
  /** Prefixes; an empty one stands for a default namespace. */
  readonly protocol: string;
  readonly assertion: string;
  readonly signature: string;
  readonly signs: 'assertion' | 'response' | 'both';
  /** Prefixes that the signature's transform names as inclusive. */
  readonly inclusive?: readonly string[];
  readonly declaration?: string;
  readonly idPrefix: string;
  readonly fractionDigits: number;
  readonly issuerAttributes?: string;
  readonly responseAttributes?: string;
  /** Between Issuer and Status. */
  readonly extensions?: string;
  /** The signature's KeyInfo around the certificate. */
  readonly keyInfo?: (prefix: string, certificate: string) => string;
  readonly nameIdAttributes: string;
  readonly nameId: string;
  readonly confirmationAttributes?: string;
  readonly context: string;
  readonly authnAttributes?: (sessionEnd: string) => string;
  readonly insideAuthn?: string;
  readonly nameFormat?: 'basic' | 'uri' | 'unspecified';
  readonly valueType?: string;
  readonly attributes: readonly ShapedAttribute[];
  readonly encrypts?: boolean;
  /** AttributeStatement before AuthnStatement. */
  readonly attributesFirst?: boolean;
  /** Line ends inside the signature's value. */
  readonly brokenSignatureValue?: string;
}

const CLASSES = 'urn:oasis:names:tc:SAML:2.0:ac:classes';
const FORMATS = 'urn:oasis:names:tc:SAML:1.1:nameid-format';
const FORMATS_2 = 'urn:oasis:names:tc:SAML:2.0:nameid-format';
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const MICROSOFT = 'http://schemas.microsoft.com';
const ENTITY = `Format="${FORMATS_2}:entity"`;
export const PERSON = {
  mail: 'ann@example.com',
  name: 'Ann Example',
  groups: ['engineers', 'aws-admins-readonly'],
};
const { mail, name, groups } = PERSON;

export const RESPONSE_SHAPES: Readonly<Record<ProviderPreset, ResponseShape>> = {
  'entra-id': {
    protocol: 'samlp',
    assertion: '',
    signature: '',
    signs: 'assertion',
    idPrefix: '_',
    fractionDigits: 3,
    nameIdAttributes: `Format="${FORMATS}:emailAddress"`,
    nameId: mail,
    context: `${CLASSES}:Password`,
    attributesFirst: true,
    attributes: [
      { name: `${MICROSOFT}/identity/claims/tenantid`, values: ['6a0b1c52-8f0e-4d0f-9d1c-0f2f3f4f5f6f'] },
      { name: `${MICROSOFT}/identity/claims/displayname`, values: [name] },
      { name: `${MICROSOFT}/ws/2008/06/identity/claims/groups`, values: groups },
      {
        name: `${MICROSOFT}/claims/authnmethodsreferences`,
        values: [
          `${MICROSOFT}/ws/2008/06/identity/authenticationmethod/password`,
          `${MICROSOFT}/claims/multipleauthn`,
        ],
      },
      { name: `${CLAIMS}/givenname`, values: ['Ann'] },
      { name: `${CLAIMS}/emailaddress`, values: [mail] },
      { name: `${CLAIMS}/name`, values: [mail] },
    ],
  },
  okta: {
    protocol: 'saml2p',
    assertion: 'saml2',
    signature: 'ds',
    signs: 'both',
    inclusive: ['xs'],
    declaration: '<?xml version="1.0" encoding="UTF-8"?>',
    idPrefix: 'id',
    fractionDigits: 3,
    issuerAttributes: ENTITY,
    nameIdAttributes: `Format="${FORMATS}:unspecified"`,
    nameId: mail,
    context: `${CLASSES}:PasswordProtectedTransport`,
    nameFormat: 'unspecified',
    valueType: 'xs:string',
    attributes: [
      { name: 'email', values: [mail] },
      { name: 'displayName', values: [name] },
      { name: 'groups', values: groups },
    ],
  },
  adfs: {
    protocol: 'samlp',
    assertion: '',
    signature: 'ds',
    signs: 'assertion',
    idPrefix: '_',
    fractionDigits: 3,
    responseAttributes: 'Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified"',
    keyInfo: (prefix, certificate) =>
      `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><${prefix}:X509Data><${prefix}:X509Certificate>` +
      `${certificate}</${prefix}:X509Certificate></${prefix}:X509Data></KeyInfo>`,
    nameIdAttributes: '',
    nameId: 'EXAMPLE\\ann',
    context: `${CLASSES}:PasswordProtectedTransport`,
    attributesFirst: true,
    attributes: [
      { name: `${CLAIMS}/emailaddress`, values: [mail] },
      { name: `${CLAIMS}/name`, values: [name] },
      { name: 'http://schemas.xmlsoap.org/claims/Group', values: groups },
    ],
  },
  'google-workspace': {
    protocol: 'saml2p',
    assertion: 'saml2',
    signature: 'ds',
    signs: 'assertion',
    declaration: '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    idPrefix: '_',
    fractionDigits: 3,
    keyInfo: (prefix, certificate) =>
      `<${prefix}:KeyInfo><${prefix}:X509Data><${prefix}:X509SubjectName>ST=California,C=US,OU=Google For Work,` +
      `CN=Google</${prefix}:X509SubjectName><${prefix}:X509Certificate>${certificate}</${prefix}:X509Certificate>` +
      `</${prefix}:X509Data></${prefix}:KeyInfo>`,
    nameIdAttributes: `Format="${FORMATS}:emailAddress"`,
    nameId: mail,
    context: `${CLASSES}:unspecified`,
    attributesFirst: true,
    valueType: 'xs:anyType',
    brokenSignatureValue: '\n',
    attributes: [
      { name: 'email', values: [mail] },
      { name: 'displayName', values: [name] },
      { name: 'costCenter', values: [''] },
      { name: 'groups', values: groups },
    ],
  },
  keycloak: {
    protocol: 'samlp',
    assertion: 'saml',
    signature: 'dsig',
    signs: 'response',
    idPrefix: 'ID_',
    fractionDigits: 3,
    extensions:
      '<samlp:Extensions><kckey:KeyInfo xmlns:kckey="urn:keycloak:ext:key:1.0" MessageSigningKeyId="k"/></samlp:Extensions>',
    keyInfo: (prefix, certificate) =>
      `<${prefix}:KeyInfo><${prefix}:KeyName>k</${prefix}:KeyName><${prefix}:X509Data><${prefix}:X509Certificate>` +
      `${certificate}</${prefix}:X509Certificate></${prefix}:X509Data><${prefix}:KeyValue><${prefix}:RSAKeyValue>` +
      `<${prefix}:Modulus>AQAB</${prefix}:Modulus><${prefix}:Exponent>AQAB</${prefix}:Exponent>` +
      `</${prefix}:RSAKeyValue></${prefix}:KeyValue></${prefix}:KeyInfo>`,
    nameIdAttributes: `Format="${FORMATS_2}:persistent"`,
    nameId: 'G-5f7e2c1a-2f64-4a17-9a0e-6f4f1b2a3c4d',
    context: `${CLASSES}:unspecified`,
    authnAttributes: (sessionEnd) => `SessionNotOnOrAfter="${sessionEnd}"`,
    nameFormat: 'basic',
    valueType: 'xs:string',
    attributes: [
      { name: 'urn:oid:1.2.840.113549.1.9.1', friendlyName: 'email', values: [mail] },
      { name: 'urn:oid:2.5.4.42', friendlyName: 'givenName', values: [name] },
      ...groups.map((group) => ({ name: 'Role', values: [group] })),
    ],
  },
  shibboleth: {
    protocol: 'saml2p',
    assertion: 'saml2',
    signature: 'ds',
    signs: 'response',
    inclusive: ['xsd'],
    declaration: '<?xml version="1.0" encoding="UTF-8"?>',
    idPrefix: '_',
    fractionDigits: 3,
    issuerAttributes: ENTITY,
    nameIdAttributes: `Format="${FORMATS_2}:transient" NameQualifier="https://idp.example/idp" SPNameQualifier="us"`,
    nameId: 'AAdzZWNyZXQxQ0m1pIQ',
    confirmationAttributes: 'Address="192.0.2.7"',
    context: `${CLASSES}:PasswordProtectedTransport`,
    insideAuthn: '<saml2:SubjectLocality Address="192.0.2.7"/>',
    nameFormat: 'uri',
    valueType: 'xsd:string',
    brokenSignatureValue: '\n',
    attributes: [
      { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail', values: [mail] },
      { name: 'urn:oid:2.16.840.1.113730.3.1.241', friendlyName: 'displayName', values: [name] },
      { name: 'urn:oid:1.3.6.1.4.1.5923.1.5.1.1', friendlyName: 'isMemberOf', values: groups },
    ],
    encrypts: true,
  },
  simplesamlphp: {
    protocol: 'samlp',
    assertion: 'saml',
    signature: 'ds',
    signs: 'both',
    idPrefix: '_',
    fractionDigits: 0,
    nameIdAttributes: `SPNameQualifier="us" Format="${FORMATS_2}:transient"`,
    nameId: '_ce3d2948b4cf20146dee0a0b3dd6f69b6cf86f62d7',
    context: `${CLASSES}:Password`,
    authnAttributes: (sessionEnd) => `SessionNotOnOrAfter="${sessionEnd}"`,
    nameFormat: 'basic',
    valueType: 'xs:string',
    attributes: [
      { name: 'uid', values: ['ann'] },
      { name: 'mail', values: [mail] },
      { name: 'displayName', values: [name] },
      { name: 'groups', values: groups },
    ],
  },
  onelogin: {
    protocol: 'samlp',
    assertion: 'saml',
    signature: 'ds',
    signs: 'assertion',
    idPrefix: 'pfx',
    fractionDigits: 0,
    nameIdAttributes: `Format="${FORMATS}:emailAddress"`,
    nameId: mail,
    context: `${CLASSES}:PasswordProtectedTransport`,
    authnAttributes: (sessionEnd) => `SessionNotOnOrAfter="${sessionEnd}"`,
    nameFormat: 'basic',
    valueType: 'xs:string',
    attributes: [
      { name: 'User.email', values: [mail] },
      { name: 'User.FirstName', values: [name] },
      { name: 'PersonImmutableID', values: [''] },
      { name: 'memberOf', values: groups },
    ],
  },
  ping: {
    protocol: 'samlp',
    assertion: 'saml',
    signature: 'ds',
    signs: 'response',
    idPrefix: '',
    fractionDigits: 3,
    nameIdAttributes: `Format="${FORMATS}:unspecified"`,
    nameId: 'ann',
    context: `${CLASSES}:unspecified`,
    nameFormat: 'basic',
    valueType: 'xs:string',
    brokenSignatureValue: '&#13;\n',
    attributes: [
      { name: 'mail', values: [mail] },
      { name: 'displayName', values: [name] },
      { name: 'memberOf', values: groups },
    ],
  },
  auth0: {
    protocol: 'samlp',
    assertion: 'saml',
    signature: '',
    signs: 'assertion',
    idPrefix: '_',
    fractionDigits: 3,
    nameIdAttributes: `Format="${FORMATS}:unspecified"`,
    nameId: 'auth0|5f7c8ec7c33c6c004bbafe82',
    context: `${CLASSES}:unspecified`,
    nameFormat: 'uri',
    valueType: 'xs:string',
    attributes: [
      { name: `${CLAIMS}/nameidentifier`, values: ['auth0|5f7c8ec7c33c6c004bbafe82'] },
      { name: `${CLAIMS}/emailaddress`, values: [mail] },
      { name: `${CLAIMS}/name`, values: [name] },
      { name: 'http://schemas.auth0.com/email_verified', values: ['true'] },
      { name: 'http://schemas.xmlsoap.org/claims/Group', values: groups },
    ],
  },
};
