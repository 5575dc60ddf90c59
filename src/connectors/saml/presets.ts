/**
 * What each product sends as long as nobody has told it otherwise. A connector's own settings count first.
 *
 * `signed` says what a product's answers must have signed. Products that sign both by default (Okta,
 * SimpleSAMLphp) stand as `assertion`: what is read is the assertion, and a second signature must hold anyway.
 */
import type { ProviderPreset } from '../../core/catalogue.ts';

export interface SamlPreset {
  readonly signed: 'assertion' | 'response';
  readonly groupsAttribute: string;
  readonly emailAttribute: string;
  readonly displayNameAttribute: string;
  /** The product sends one attribute for each value: these, and the groups’ under whatever name. */
  readonly repeats?: readonly string[];
}

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** The names that a product leaves to whoever sets it up, as most people write them. */
const ORDINARY = {
  signed: 'assertion',
  groupsAttribute: 'groups',
  emailAttribute: 'email',
  displayNameAttribute: 'displayName',
} as const;

export const SAML_PRESETS: Readonly<Record<ProviderPreset, SamlPreset>> = {
  /** Groups arrive as object ids, and not at all for members of more than 150. */
  'entra-id': {
    signed: 'assertion',
    groupsAttribute: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    emailAttribute: `${CLAIMS}/emailaddress`,
    displayNameAttribute: 'http://schemas.microsoft.com/identity/claims/displayname',
  },
  okta: ORDINARY,
  /** SamlResponseSignature is AssertionOnly; the claims are those of the built-in rule templates. */
  adfs: {
    signed: 'assertion',
    groupsAttribute: 'http://schemas.xmlsoap.org/claims/Group',
    emailAttribute: `${CLAIMS}/emailaddress`,
    displayNameAttribute: `${CLAIMS}/name`,
  },
  /** With "Signed response" ticked there, write `signed: response` here. */
  'google-workspace': ORDINARY,
  /** "Sign documents" is on and "Sign assertions" off; the role list sends one attribute a role, beside groups too. */
  keycloak: {
    signed: 'response',
    groupsAttribute: 'Role',
    emailAttribute: 'urn:oid:1.2.840.113549.1.9.1',
    displayNameAttribute: 'urn:oid:2.5.4.42',
    repeats: ['Role'],
  },
  /** Signs the response around an encrypted assertion; isMemberOf, mail and displayName by their object ids. */
  shibboleth: {
    signed: 'response',
    groupsAttribute: 'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
    emailAttribute: 'urn:oid:0.9.2342.19200300.100.1.3',
    displayNameAttribute: 'urn:oid:2.16.840.1.113730.3.1.241',
  },
  simplesamlphp: { ...ORDINARY, emailAttribute: 'mail' },
  /** The names of its "SAML Test Connector"; the advanced connector sends what its parameters are called. */
  onelogin: {
    signed: 'assertion',
    groupsAttribute: 'memberOf',
    emailAttribute: 'User.email',
    displayNameAttribute: 'User.FirstName',
  },
  /** PingFederate's "Sign response as required". PingOne signs the assertion: `signed: assertion`. */
  ping: {
    signed: 'response',
    groupsAttribute: 'memberOf',
    emailAttribute: 'mail',
    displayNameAttribute: 'displayName',
  },
  /** Signs by SHA-1 until its `signatureAlgorithm` and `digestAlgorithm` are set, which is never accepted here. */
  auth0: {
    signed: 'assertion',
    groupsAttribute: 'http://schemas.xmlsoap.org/claims/Group',
    emailAttribute: `${CLAIMS}/emailaddress`,
    displayNameAttribute: `${CLAIMS}/name`,
  },
};

/** Where no preset is named. */
export const NO_PRESET: SamlPreset = ORDINARY;
