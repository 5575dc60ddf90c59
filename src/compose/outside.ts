/** Who is asked over the network: identity providers, and AWS STS. */
import type { Logger } from 'pino';
import type { CatalogueSource } from '../broker/catalogue-source.ts';
import type { Config } from '../config/config.ts';
import type { ConnectorEnvironment } from '../connectors/connector-environment.ts';
import { createConnectorRegistry } from '../connectors/connector-registry.ts';
import type { ConnectorRegistry } from '../connectors/connector.ts';
import { createConnector } from '../connectors/create-connector.ts';
import type { ResponseVerifier } from '../connectors/saml/verifier-thread.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { ServiceProviderKeys } from '../core/ports/service-provider-keys.ts';
import { StsClients, type StsClientsOptions } from '../grants/sts-clients.ts';
import type { StsReports } from '../grants/sts-reports.ts';
import { factsOf } from './facts.ts';

interface ConnectorParts {
  readonly catalogue: CatalogueSource;
  readonly clock: Clock;
  readonly keys: ServiceProviderKeys;
  readonly samlVerifier: ResponseVerifier;
  readonly report: NonNullable<ConnectorEnvironment['report']>;
}

export function connectorsOf(config: Config, { catalogue, ...parts }: ConnectorParts): ConnectorRegistry {
  const environment = {
    ...parts,
    baseUrl: config.baseUrl,
    allowHttp: factsOf(config).allowHttp,
    secret: (name: string) => config.secrets.get(name),
  };
  return createConnectorRegistry(
    async () => (await catalogue.current()).catalogue.connectors,
    (settings) => createConnector(settings, environment),
  );
}

export function stsClientsOf(
  { aws, credentialSources }: Config,
  parts: Pick<StsClientsOptions, 'http' | 'clock' | 'reports'>,
): StsClients {
  const { regions, endpoints } = aws;
  return new StsClients({
    ...parts,
    regions,
    credentialSources,
    ...(endpoints.sts === undefined ? {} : { stsEndpoint: endpoints.sts }),
  });
}

/** Lines with `alarm` are for somebody to be woken by. */
export function stsReports(logger: Logger): StsReports {
  return {
    credentials({ source, refused }) {
      if (refused === undefined) logger.info({ source }, 'AWS takes the broker’s credentials again');
      else
        logger.error(
          { alarm: 'broker.credentials', source, refused },
          'AWS refuses the broker’s credentials',
        );
    },
    clockSkew(seconds) {
      if (seconds === 0) logger.info('the clock agrees with AWS’s again');
      else logger.warn({ seconds }, 'the clock differs from AWS’s by more than a minute');
    },
  };
}
