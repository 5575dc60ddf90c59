/** What we know of a SAML identity provider, from wherever the settings say. */
import { BrokerError } from '../../core/errors.ts';
import { createCachedSource, type CachedSource } from '../cached-source.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import { refreshFailed } from '../document-status.ts';
import { createLimitedFetch } from '../limited-fetch.ts';
import { expiryWarnings, usableCertificates } from './idp-certificates.ts';
import type { DescribedIdp, IdpFacts } from './idp-metadata.ts';
import type { SamlSettings } from './saml-settings.ts';

export function createIdpSource(
  settings: SamlSettings,
  environment: ConnectorEnvironment,
): CachedSource<IdpFacts> {
  const fetch = createLimitedFetch(environment);
  const tell = reporter(settings, environment);

  async function describe(): Promise<DescribedIdp> {
    const { metadataUrl, metadata } = settings;
    if (metadata !== undefined) return read(Buffer.from(metadata), settings, environment);
    if (metadataUrl === undefined) return { facts: factsByHand(settings), life: {} };
    const { status, body } = await fetch(metadataUrl);
    if (status !== 200) throw new BrokerError('idp.unavailable', { detail: `metadata: status ${status}` });
    return read(body, settings, environment);
  }

  const described = createCachedSource(
    environment.clock,
    async () => {
      const found = await describe();
      tell.ofCertificates(found.facts);
      return found;
    },
    { lifeOf: ({ life }) => life, report: tell.ofFailure },
  );
  return {
    get: async () => (await described.get()).facts,
    refetch: async () => (await described.refetch()).facts,
    refreshDue: () => described.refreshDue(),
    held: () => {
      const held = described.held();
      return { ...held, value: held.value?.facts };
    },
  };
}

async function read(
  document: Buffer,
  settings: SamlSettings,
  { allowHttp, clock, samlVerifier }: ConnectorEnvironment,
): Promise<DescribedIdp> {
  const { certificates, entityId } = settings;
  // Beside metadata, a certificate is whom the metadata must be signed by.
  const signedBy = certificates === undefined ? undefined : usableCertificates(certificates);
  try {
    return await samlVerifier.readMetadata({ document, allowHttp, now: clock.now(), entityId, signedBy });
  } catch (error) {
    // What ended the reading is no message of somebody who signs in.
    if (!(error instanceof BrokerError) || !error.code.startsWith('saml.')) throw error;
    throw new BrokerError('idp.unavailable', { detail: `the metadata is of no use: ${error.message}` });
  }
}

function factsByHand({ entityId, ssoUrl, sloUrl, certificates = [] }: SamlSettings): IdpFacts {
  if (entityId === undefined || ssoUrl === undefined) throw new BrokerError('catalogue.invalid');
  return {
    entityId,
    ssoUrl,
    ...(sloUrl === undefined ? {} : { sloUrl }),
    certificates: usableCertificates(certificates),
  };
}

interface Reporter {
  readonly ofFailure: (error: unknown) => void;
  readonly ofCertificates: (facts: IdpFacts) => void;
}

function reporter({ id }: SamlSettings, { report, clock }: ConnectorEnvironment): Reporter {
  let told = new Set<string>();
  return {
    ofFailure(error) {
      report?.(refreshFailed(id, error));
    },
    /** Each once for as long as it is listed. */
    ofCertificates({ certificates }) {
      const warnings = expiryWarnings(certificates, clock.now());
      for (const { kind, detail } of warnings) {
        if (!told.has(detail)) report?.({ connectorId: id, kind, detail });
      }
      told = new Set(warnings.map(({ detail }) => detail));
    },
  };
}
