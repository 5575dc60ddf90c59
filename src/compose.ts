/** The composition root: the only file that builds adapters and joins them. */
import type { Express } from 'express';
import pino, { type Logger } from 'pino';
import { createApp, type AppParts } from './app.ts';
import { createApplications, type Applications } from './broker/applications/create-applications.ts';
import { createAwsLogin } from './broker/aws-login.ts';
import { createAwsSetup } from './broker/aws-setup.ts';
import { CatalogueSource } from './broker/catalogue-source.ts';
import { createClientLimits } from './broker/client-limits.ts';
import { createConfirmSession } from './broker/confirm-session.ts';
import { createConnectorNotices } from './broker/connector-notices.ts';
import { createIdentityCenter, type IdentityCenter } from './broker/identity-center.ts';
import { createIssueCredentials, type IssueDependencies } from './broker/issue-credentials.ts';
import { createRateLimits, type RateLimits } from './broker/rate-limits.ts';
import { createEntitlementSource } from './broker/list-entitlements.ts';
import { createOwnSessions } from './broker/own-sessions.ts';
import { createOwnTokens } from './broker/own-tokens.ts';
import { createAccessTokens } from './broker/resume-token.ts';
import { seedCatalogue, type Seed } from './broker/seed-catalogue.ts';
import { createSignInSessions, type SessionLife } from './broker/sign-in-session.ts';
import { createSignIn } from './broker/sign-in.ts';
import { createSignOut } from './broker/sign-out.ts';
import type { Config } from './config/config.ts';
import type { ConnectorEnvironment } from './connectors/connector-environment.ts';
import { createConnectorRegistry, refreshConnectors } from './connectors/connector-registry.ts';
import type { ConnectorRegistry } from './connectors/connector.ts';
import { createConnector } from './connectors/create-connector.ts';
import { createPersonTokens } from './connectors/person-tokens.ts';
import { createSessionProvider } from './connectors/session-provider.ts';
import { createTokenVerifier } from './connectors/token-verifier.ts';
import { VerifierThread, type ResponseVerifier } from './connectors/saml/verifier-thread.ts';
import type { CatalogueFacts } from './core/catalogue-problems.ts';
import { BrokerError } from './core/errors.ts';
import type { Clock } from './core/ports/clock.ts';
import type { Stores } from './core/ports/stores.ts';
import type { ServiceProviderKeys } from './core/ports/service-provider-keys.ts';
import { awsLoginDelivery } from './delivery/aws-login.ts';
import { consoleFormTargets } from './delivery/console-addresses.ts';
import { createDeliveries } from './delivery/deliveries.ts';
import { createGrantMethods } from './grants/grant-methods.ts';
import { StsClients, type StsClientsOptions } from './grants/sts-clients.ts';
import type { StsReports } from './grants/sts-reports.ts';
import { createCookies } from './http/cookies.ts';
import { createPages } from './http/web/pages.ts';
import { HttpExchange } from './lib/http-exchange.ts';
import { createKeyedHash } from './lib/keyed-hash.ts';
import { createSigning } from './signing/create-signing.ts';
import { openStores } from './stores/open-stores.ts';

export interface Broker {
  readonly app: Express;
  readonly catalogueFacts: CatalogueFacts;
  holdsCatalogue(): Promise<boolean>;
  /** @throws BrokerError `catalogue.invalid` if what the store then holds does not fit the configuration. */
  seed(seed: Seed | undefined): Promise<void>;
  /** `/readyz` says no from now on. */
  stopAccepting(): void;
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly rootDir: string;
  readonly clock: Clock;
}

/** Expired rows go, and keys that are due are made, at most this long after their time. */
const HOUSEKEEPING_MS = 10 * 60_000;

export async function compose(config: Config, { rootDir, clock }: ComposeOptions): Promise<Broker> {
  const { baseUrl } = config;
  const cookies = createCookies(baseUrl);
  const logger = openLog(config);
  const stores = await openStores({
    ...config,
    report: (state, detail) => logger.warn({ state, detail }, 'store'),
  });
  const catalogueFacts = factsOf(config);
  const catalogue = new CatalogueSource(stores.catalogue, catalogueFacts);
  const signing = createSigning({ baseUrl, store: stores.signingKeys, clock, ...config.signingKeys });
  const http = new HttpExchange();
  const stsClients = stsClientsOf(config, { http, clock, reports: stsReports(logger) });
  const samlVerifier = new VerifierThread();
  const connectors = connectorsOf(config, {
    catalogue,
    clock,
    samlVerifier,
    keys: signing.serviceProviderKeys,
    report: createConnectorNotices({
      audit: stores.audit,
      clock,
      warn: (facts, message) => logger.warn(facts, message),
    }),
  });
  const limits = createRateLimits({ store: stores.rateLimits, clock, settings: config.rateLimits });
  const shared = { catalogue, audit: stores.audit, clock, limits };
  const entitlements = createEntitlementSource(catalogue);
  const people = signInOf(stores, { clock, connectors, logger, limits, life: config.sessions });
  const issueCredentials = createIssueCredentials({
    ...shared,
    grants: createGrantMethods({ clients: stsClients, clock, signer: signing.signer }),
  });
  const access = accessOf(config, { ...stores, ...shared, ...people, connectors });
  const housekeeping = keepHouse(
    () => Promise.all([stores.sweep(clock.now()), signing.maintain(), refreshConnectors(connectors)]),
    logger,
  );
  let accepting = true;

  const app = createApp({
    ...createDeliveries({ baseUrl, http, endpoints: config.aws.endpoints }),
    baseUrl,
    rootDir,
    logger,
    clock,
    catalogue,
    connectors,
    formTargets: consoleFormTargets(config.aws.endpoints),
    trustedProxies: config.trustedProxies,
    sessionSeconds: config.sessions.absoluteSeconds,
    cookies,
    limits,
    entitlements,
    ...people,
    ...access,
    issueCredentials,
    ...awsClientsOf(config, stores, { ...shared, ...people, ...access, entitlements, issueCredentials }),
    awsSetup: createAwsSetup({ ...config.awsClients, ...config.aws, baseUrl, entitlements }),
    ...createOwnTokens({ ...stores, ...config.personalTokens, entitlements, clock }),
    pages: createPages({ connectors, sandbox: config.sandbox, sessionCookie: cookies.session }),
    publishedKeys: signing.publishedKeys,
    health: { accepting: () => accepting, check: () => checkReadiness(stores, stsClients) },
  });

  return {
    app,
    catalogueFacts,
    holdsCatalogue: async () => (await stores.catalogue.version()) > 0,
    async seed(seed) {
      if (seed !== undefined) await seedCatalogue(stores.catalogue, clock, seed);
      await catalogue.current();
      await signing.maintain();
    },
    stopAccepting() {
      accepting = false;
    },
    async close() {
      clearInterval(housekeeping);
      await samlVerifier.close();
      await stores.close();
      await http.close();
      await new Promise((resolve) => logger.flush(resolve));
    },
  };
}

/** Lines are written together, at most a second late: one system call a line would cost more than the line. */
function openLog({ logLevel }: Config): Logger {
  const destination = pino.destination({ sync: false, minLength: 4_096, periodicFlush: 1_000 });
  return pino({ level: logLevel, base: null }, destination);
}

function factsOf({ baseUrl, credentialSources, secrets }: Config): CatalogueFacts {
  return {
    credentialSources,
    secretNames: new Set(secrets.keys()),
    allowHttp: baseUrl.startsWith('http:'),
  };
}

interface SignInParts {
  readonly clock: Clock;
  readonly connectors: ConnectorRegistry;
  readonly logger: Logger;
  readonly life: SessionLife;
  readonly limits: RateLimits;
}

function signInOf(
  { signInSessions, signInFlows, people, audit }: Stores,
  { clock, connectors, logger, life, limits }: SignInParts,
): Pick<AppParts, 'sessions' | 'signIn' | 'signOut' | 'ownSessions'> {
  const confirmSession = createConfirmSession({
    store: signInSessions,
    people,
    provider: createSessionProvider(connectors),
    clock,
    report: ({ code, detail }) => logger.warn({ code, detail }, 'a sign-in session could not be confirmed'),
  });
  return {
    sessions: createSignInSessions({ store: signInSessions, clock, life, confirmSession }),
    signIn: createSignIn({ flows: signInFlows, sessions: signInSessions, audit, clock, life, limits }),
    signOut: createSignOut({ sessions: signInSessions, audit, clock, limits }),
    ownSessions: createOwnSessions(signInSessions, clock),
  };
}

type ClientParts = Pick<
  AppParts,
  'accessTokens' | 'clock' | 'entitlements' | 'issueCredentials' | 'sessions'
> &
  Pick<IssueDependencies, 'catalogue'> &
  Pick<SignInParts, 'limits'>;

function awsClientsOf(
  { awsClients, masterKey, rateLimits }: Config,
  stores: Omit<Stores, 'catalogue'>,
  parts: ClientParts,
): IdentityCenter & Pick<AppParts, 'awsClients' | 'awsLogin' | 'startUrl'> {
  const shared = { ...stores, ...parts };
  const { clock } = parts;
  return {
    awsClients,
    startUrl: awsClients.startUrl,
    awsLogin: createAwsLogin({ ...shared, delivery: awsLoginDelivery }),
    ...createIdentityCenter({
      ...shared,
      ...awsClients,
      hash: createKeyedHash(masterKey, 'identity center'),
      clientLimits: createClientLimits({ store: stores.rateLimits, clock, settings: rateLimits }),
    }),
  };
}

type AccessParts = Omit<Stores, 'catalogue'> & { readonly catalogue: CatalogueSource } & Pick<
    SignInParts,
    'clock' | 'connectors' | 'limits'
  > &
  Pick<AppParts, 'sessions'>;

function accessOf(
  config: Config,
  { connectors, ...parts }: AccessParts,
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

interface ConnectorParts {
  readonly catalogue: CatalogueSource;
  readonly clock: Clock;
  readonly keys: ServiceProviderKeys;
  readonly samlVerifier: ResponseVerifier;
  readonly report: NonNullable<ConnectorEnvironment['report']>;
}

function connectorsOf(config: Config, { catalogue, ...parts }: ConnectorParts): ConnectorRegistry {
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

function stsClientsOf(
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
function stsReports(logger: Logger): StsReports {
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

async function checkReadiness(stores: Stores, stsClients: StsClients): Promise<void> {
  await stores.ping();
  if (!(await stsClients.usable())) throw new BrokerError('broker.credentials');
}

function keepHouse(chores: () => Promise<unknown>, logger: Logger): NodeJS.Timeout {
  const run = (): void => {
    chores().catch((error: unknown) => logger.error({ err: error }, 'housekeeping failed'));
  };
  return setInterval(run, HOUSEKEEPING_MS).unref();
}
