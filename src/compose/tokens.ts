/** By which tokens somebody comes in: applications, people's scripts, the AWS tools. */
import type { AppParts } from '../app.ts';
import { createApplications, type Applications } from '../broker/applications/create-applications.ts';
import { createAwsLogin } from '../broker/aws-login.ts';
import type { CatalogueSource } from '../broker/catalogue-source.ts';
import { createClientLimits } from '../broker/client-limits.ts';
import { createIdentityCenter, type IdentityCenter } from '../broker/identity-center.ts';
import type { RateLimits } from '../broker/rate-limits.ts';
import { createAccessTokens } from '../broker/resume-token.ts';
import type { Config } from '../config/config.ts';
import type { ConnectorRegistry } from '../connectors/connector.ts';
import { createPersonTokens } from '../connectors/person-tokens.ts';
import { createTokenVerifier } from '../connectors/token-verifier.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Stores } from '../core/ports/stores.ts';
import { awsLoginDelivery } from '../delivery/aws-login.ts';
import { createKeyedHash } from '../lib/keyed-hash.ts';
import { factsOf } from './facts.ts';

type TokenParts = Omit<Stores, 'catalogue'> & {
  readonly catalogue: CatalogueSource;
  readonly clock: Clock;
  readonly limits: RateLimits;
  readonly connectors: ConnectorRegistry;
} & Pick<AppParts, 'sessions'>;

export function tokensOf(
  config: Config,
  { connectors, ...parts }: TokenParts,
): Applications & Pick<AppParts, 'accessTokens'> {
  const { baseUrl, personalTokens } = config;
  const accessTokens = createAccessTokens({ ...parts, personalTokenSignInDays: personalTokens.signInDays });
  const applications = createApplications({
    ...parts,
    ...config.accessTokens,
    issuer: baseUrl,
    accessTokens,
    verifier: createTokenVerifier({ clock: parts.clock, allowHttp: factsOf(config).allowHttp }),
    personTokens: createPersonTokens(connectors),
  });
  return { accessTokens, ...applications };
}

type ClientParts = TokenParts & Pick<AppParts, 'accessTokens' | 'entitlements' | 'issueCredentials'>;

/** The AWS tools that sign in by themselves, by both of their protocols. */
export function awsClientsOf(
  { awsClients, masterKey, rateLimits }: Config,
  parts: ClientParts,
): IdentityCenter & Pick<AppParts, 'awsClients' | 'awsLogin' | 'startUrl'> {
  return {
    awsClients,
    startUrl: awsClients.startUrl,
    awsLogin: createAwsLogin({ ...parts, delivery: awsLoginDelivery }),
    ...createIdentityCenter({
      ...parts,
      ...awsClients,
      hash: createKeyedHash(masterKey, 'identity center'),
      clientLimits: createClientLimits({ store: parts.rateLimits, clock: parts.clock, settings: rateLimits }),
    }),
  };
}
