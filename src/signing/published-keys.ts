/** What is published so that AWS can trust the broker: SAML metadata, OpenID discovery, public keys. */
import { createPublicKey } from 'node:crypto';
import type { PublishedKeys } from '../core/ports/signer.ts';
import type { KeySet, PublishedKey } from './key-set.ts';
import { certificateBody } from './saml-assertion.ts';
import { WEB_IDENTITY_ALGORITHM } from './web-identity-token.ts';
import { xmlAttribute } from './xml-text.ts';

interface PublishedKeysOptions {
  readonly baseUrl: string;
  readonly saml: KeySet;
  readonly webIdentity: KeySet;
}

export function samlEntityId(baseUrl: string): string {
  return `${baseUrl}/aws/saml/metadata`;
}

/** Trust in the accounts hangs on it: it never changes. */
export function webIdentityIssuer(baseUrl: string): string {
  return `${baseUrl}/aws`;
}

export function createPublishedKeys({ baseUrl, saml, webIdentity }: PublishedKeysOptions): PublishedKeys {
  return {
    samlMetadata: async () => entityDescriptor(baseUrl, await saml.published()),
    openidConfiguration: () => discovery(webIdentityIssuer(baseUrl)),
    jwks: async () => ({ keys: (await webIdentity.published()).map(jwk) }),
  };
}

/** https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf, sections 2.3 and 2.4.3 */
function entityDescriptor(baseUrl: string, keys: readonly PublishedKey[]): string {
  const descriptors = keys.map(
    ({ publicPart }) => `    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data>
          <ds:X509Certificate>${certificateBody(publicPart)}</ds:X509Certificate>
        </ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
`,
  );
  // The schema wants an address to start at. AWS never does: every sign-in starts here.
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${xmlAttribute(samlEntityId(baseUrl))}">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
${descriptors.join('')}    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${xmlAttribute(`${baseUrl}/`)}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
`;
}

/** AWS refuses a document that lacks any of the first five. */
function discovery(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [WEB_IDENTITY_ALGORITHM],
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'jti',
      'https://aws.amazon.com/roles',
      'https://aws.amazon.com/source_identity',
      'https://aws.amazon.com/tags',
    ],
  };
}

function jwk({ id, publicPart }: PublishedKey): object {
  const { kty, n, e } = createPublicKey(publicPart).export({ format: 'jwk' });
  return { kty, n, e, kid: id, alg: WEB_IDENTITY_ALGORITHM, use: 'sig' };
}
