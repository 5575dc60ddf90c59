/** What we know of a SAML identity provider, from wherever the settings say. */
import { BrokerError } from '../../core/errors.ts';
import { createCachedSource, type CachedSource } from '../cached-source.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import { createLimitedFetch } from '../limited-fetch.ts';
import { readIdpMetadata, usableCertificates, type IdpFacts } from './idp-metadata.ts';
import type { SamlSettings } from './saml-settings.ts';

export function createIdpSource(
  settings: SamlSettings,
  environment: ConnectorEnvironment,
): CachedSource<IdpFacts> {
  const { metadataUrl, entityId, ssoUrl, certificates } = settings;
  const fetch = createLimitedFetch(environment);
  return createCachedSource(environment.clock, async () => {
    if (metadataUrl === undefined) {
      if (entityId === undefined || ssoUrl === undefined) throw new BrokerError('catalogue.invalid');
      return { entityId, ssoUrl, certificates: usableCertificates(certificates ?? []) };
    }
    const { status, body } = await fetch(metadataUrl);
    if (status !== 200) throw new BrokerError('idp.unavailable', { detail: `metadata: status ${status}` });
    return readIdpMetadata(body, environment);
  });
}
