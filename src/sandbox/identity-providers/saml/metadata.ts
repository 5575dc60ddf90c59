import type { SamlKey } from '../signing-keys.ts';
import { xmlText } from './xml-text.ts';

/** What service providers read: entity id, signing certificate, where to send people. */
export function identityProviderMetadata(entityId: string, ssoUrl: string, key: SamlKey): string {
  const bindings = ['HTTP-Redirect', 'HTTP-POST'].map(
    (binding) =>
      `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${xmlText(ssoUrl)}"/>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${xmlText(entityId)}">` +
    '<md:IDPSSODescriptor WantAuthnRequestsSigned="false" ' +
    'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">' +
    '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>' +
    `<ds:X509Certificate>${key.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    '<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>' +
    `${bindings.join('')}</md:IDPSSODescriptor></md:EntityDescriptor>\n`
  );
}
