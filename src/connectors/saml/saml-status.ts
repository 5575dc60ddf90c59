import type { ConnectorStatus, OurFacts, ProviderFacts } from '../../core/ports/connector-status.ts';
import type { CachedSource } from '../cached-source.ts';
import { documentStatus } from '../document-status.ts';
import { describeCertificate } from './describe-certificate.ts';
import type { IdpFacts } from './idp-metadata.ts';
import type { SamlSettings } from './saml-settings.ts';
import type { ServiceProvider } from './service-provider.ts';

export async function samlStatus(
  ours: ServiceProvider,
  source: Pick<CachedSource<IdpFacts>, 'held'>,
): Promise<ConnectorStatus> {
  const held = source.held();
  return {
    kind: 'saml',
    documents: [documentStatus({ name: 'metadata', ...originOf(ours.settings) }, held)],
    provider: held.value === undefined ? undefined : providerFacts(held.value),
    ours: await ourFacts(ours),
  };
}

function originOf({ metadataUrl, metadata }: SamlSettings): {
  readonly from: 'address' | 'text' | 'settings';
  readonly address?: string;
} {
  if (metadata !== undefined) return { from: 'text' };
  return metadataUrl === undefined ? { from: 'settings' } : { from: 'address', address: metadataUrl };
}

function providerFacts({ entityId, ssoUrl, sloUrl, certificates }: IdpFacts): ProviderFacts {
  return {
    id: entityId,
    signInUrl: ssoUrl,
    ...(sloUrl === undefined ? {} : { logoutUrl: sloUrl }),
    certificates: certificates.map(describeCertificate),
    keys: [],
  };
}

async function ourFacts({ entityId, acsUrl, logoutUrl, keys }: ServiceProvider): Promise<OurFacts> {
  const { signing, encryption } = await keys.certificates();
  return {
    id: entityId,
    answerUrl: acsUrl,
    logoutUrl,
    metadataUrl: entityId,
    certificates: [
      ...signing.map((pem) => ({ use: 'signing' as const, ...describeCertificate(pem) })),
      ...encryption.map((pem) => ({ use: 'encryption' as const, ...describeCertificate(pem) })),
    ],
  };
}
