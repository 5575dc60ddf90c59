/** What our identity provider reads of us (SAML metadata section 2.4.4). Nothing of it depends on the provider. */
import type { ServiceProvider } from './service-provider.ts';
import { escapeXml, xmlAttributes } from './xml-writer.ts';
import { SAML_METADATA, SAML_PROTOCOL, XML_SIGNATURE } from './xml.ts';

const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings';

/** What the decryption accepts, best first: a provider takes the first that it knows. */
const ENCRYPTION_METHODS = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2009/xmlenc11#aes192-gcm',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2009/xmlenc11#rsa-oaep',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
];

export async function serviceProviderMetadata(ours: ServiceProvider): Promise<string> {
  const { signing, encryption } = await ours.keys.certificates();
  const { settings } = ours;
  const role = xmlAttributes({
    AuthnRequestsSigned: String(settings.signRequests),
    WantAssertionsSigned: String(settings.signed !== 'response'),
    protocolSupportEnumeration: SAML_PROTOCOL,
  });
  // The order of the elements is the schema's.
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<md:EntityDescriptor xmlns:md="${SAML_METADATA}"${xmlAttributes({ entityID: ours.entityId })}>`,
    `<md:SPSSODescriptor${role}>`,
    ...signing.map((certificate) => keyDescriptor('signing', certificate, [])),
    ...encryption.map((certificate) => keyDescriptor('encryption', certificate, ENCRYPTION_METHODS)),
    endpoint('SingleLogoutService', 'HTTP-Redirect', ours.logoutUrl),
    endpoint('SingleLogoutService', 'HTTP-POST', ours.logoutUrl),
    endpoint('AssertionConsumerService', 'HTTP-POST', ours.acsUrl, { index: '0', isDefault: 'true' }),
    '</md:SPSSODescriptor></md:EntityDescriptor>',
  ].join('');
}

function keyDescriptor(use: string, certificate: string, methods: readonly string[]): string {
  const base64 = certificate.replace(/-----(?:BEGIN|END) CERTIFICATE-----|\s+/g, '');
  return [
    `<md:KeyDescriptor use="${use}"><ds:KeyInfo xmlns:ds="${XML_SIGNATURE}"><ds:X509Data>`,
    `<ds:X509Certificate>${escapeXml(base64)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`,
    ...methods.map((method) => `<md:EncryptionMethod Algorithm="${method}"/>`),
    '</md:KeyDescriptor>',
  ].join('');
}

function endpoint(
  name: string,
  binding: string,
  location: string,
  more: Readonly<Record<string, string>> = {},
): string {
  return `<md:${name}${xmlAttributes({ Binding: `${BINDINGS}:${binding}`, Location: location, ...more })}/>`;
}
