/**
 * `/static/saml-metadata.xml`: what an identity provider reads to learn where AWS takes assertions, and
 * `/static/saml/{id}/saml-metadata.xml` for the place of one IAM provider, which encrypted assertions need.
 */
import { Router } from 'express';
import { providerIdOf } from '../sts/saml/provider-id.ts';
import { escapeXml } from '../wire/query-protocol.ts';
import type { ConsoleContext } from './console-context.ts';

const NAME_ID_FORMATS = [
  'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos',
];
const REQUESTED = [
  ['https://aws.amazon.com/SAML/Attributes/Role', 'RoleEntitlement'],
  ['https://aws.amazon.com/SAML/Attributes/RoleSessionName', 'RoleSessionName'],
] as const;

export function samlServiceMetadataRouter({ aws }: ConsoleContext): Router {
  const router = Router();
  router.get('/saml-metadata.xml', (_request, response) => {
    response.type('application/samlmetadata+xml').send(serviceMetadata(aws.samlEndpoint));
  });
  router.get('/saml/:id/saml-metadata.xml', (request, response, next) => {
    const { id } = request.params;
    const providers = aws.world.accounts.flatMap(({ samlProviders }) => samlProviders);
    if (!providers.some((provider) => providerIdOf(provider) === id)) {
      next();
      return;
    }
    response.type('application/samlmetadata+xml').send(serviceMetadata(`${aws.samlEndpoint}/acs/${id}`));
  });
  return router;
}

function serviceMetadata(location: string): string {
  const formats = NAME_ID_FORMATS.map((format) => `<NameIDFormat>${format}</NameIDFormat>`);
  const requested = REQUESTED.map(
    ([name, friendlyName]) =>
      `<RequestedAttribute isRequired="true" Name="${name}" FriendlyName="${friendlyName}"/>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:amazon:webservices">',
    '<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAssertionsSigned="true">',
    ...formats,
    `<AssertionConsumerService index="1" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${escapeXml(location)}"/>`,
    '<AttributeConsumingService index="1">',
    '<ServiceName xml:lang="en">AWS Management Console</ServiceName>',
    ...requested,
    '</AttributeConsumingService>',
    '</SPSSODescriptor>',
    '</EntityDescriptor>',
    '',
  ].join('\n');
}
