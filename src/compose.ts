/** The composition root: with the folder beside it, the only place that builds adapters and joins them. */
import type { Express } from 'express';
import pino, { type Logger } from 'pino';
import { createApp, type AppParts } from './app.ts';
import { createListings } from './aws/listings.ts';
import { createAdministration } from './broker/administration.ts';
import { createAwsSetup } from './broker/aws-setup.ts';
import { CatalogueSource } from './broker/catalogue-source.ts';
import { createConnectorNotices } from './broker/connector-notices.ts';
import { createFirstRun } from './broker/first-run.ts';
import { createExplainOwn } from './broker/explain-own.ts';
import { createIssueCredentials } from './broker/issue-credentials.ts';
import { createEntitlementSource } from './broker/list-entitlements.ts';
import { createOwnTokens } from './broker/own-tokens.ts';
import { createRateLimits } from './broker/rate-limits.ts';
import { createRoleSetup } from './broker/role-setup.ts';
import { seedCatalogue, type Seed } from './broker/seed-catalogue.ts';
import { factsOf } from './compose/facts.ts';
import { connectorsOf, stsClientsOf, stsReports } from './compose/outside.ts';
import { breakGlassOf, signInOf } from './compose/sign-in.ts';
import { roleChecksOf } from './compose/role-checks.ts';
import { awsClientsOf, tokensOf } from './compose/tokens.ts';
import type { Config } from './config/config.ts';
import { createConnectorStatuses } from './connectors/connector-statuses.ts';
import { refreshConnectors } from './connectors/connector-registry.ts';
import type { ConnectorRegistry } from './connectors/connector.ts';
import { VerifierThread } from './connectors/saml/verifier-thread.ts';
import type { CatalogueFacts } from './core/catalogue-problems.ts';
import { BrokerError } from './core/errors.ts';
import type { Clock } from './core/ports/clock.ts';
import type { Stores } from './core/ports/stores.ts';
import { consoleFormTargets } from './delivery/console-addresses.ts';
import { createDeliveries } from './delivery/deliveries.ts';
import { createGrantMethods } from './grants/grant-methods.ts';
import { createSourcePrincipals } from './grants/source-principals.ts';
import type { StsClients } from './grants/sts-clients.ts';
import { createCookies } from './http/cookies.ts';
import { createPages } from './http/web/pages.ts';
import { HttpExchange } from './lib/http-exchange.ts';
import { createSigning, type Signing } from './signing/create-signing.ts';
import { webIdentityIssuer } from './signing/published-keys.ts';
import { openStores } from './stores/open-stores.ts';

export interface Broker {
  readonly app: Express;
  readonly catalogueFacts: CatalogueFacts;
  holdsCatalogue(): Promise<boolean>;
  /** @throws BrokerError `catalogue.invalid` if what the store then holds does not fit the configuration. */
  seed(seed: Seed | undefined): Promise<void>;
  /** @returns a code by which a first administrator can be named; undefined where there is one. */
  inviteFirstRun(): Promise<string | undefined>;
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
  const logger = openLog(config);
  const stores = await openStores({
    ...config,
    report: (state, detail) => logger.warn({ state, detail }, 'store'),
  });
  const catalogueFacts = factsOf(config);
  const catalogue = new CatalogueSource(stores.catalogue, catalogueFacts, clock);
  const { baseUrl, signingKeys } = config;
  const signing = createSigning({ baseUrl, store: stores.signingKeys, clock, ...signingKeys });
  const http = new HttpExchange();
  const samlVerifier = new VerifierThread();
  const adapters: Adapters = {
    clock,
    logger,
    stores,
    catalogue,
    signing,
    http,
    stsClients: stsClientsOf(config, { http, clock, reports: stsReports(logger) }),
    connectors: connectorsOf(config, {
      catalogue,
      clock,
      samlVerifier,
      keys: signing.serviceProviderKeys,
      report: createConnectorNotices({
        audit: stores.audit,
        clock,
        warn: (facts, message) => logger.warn(facts, message),
      }),
    }),
  };
  const parts = partsOf(config, adapters);
  const checkRoles = roleChecksOf(config, adapters, parts.roleSetup);
  const housekeeping = keepHouse(adapters, checkRoles);
  let accepting = true;
  const health = {
    accepting: () => accepting,
    check: () => checkReadiness(stores, adapters.stsClients),
  };
  return {
    app: createApp({ ...parts, rootDir, health }),
    inviteFirstRun: () => parts.firstRun.invite(),
    catalogueFacts,
    holdsCatalogue: async () => (await stores.catalogue.version()) > 0,
    async seed(seed) {
      if (seed !== undefined) await seedCatalogue(stores.catalogue, clock, seed);
      await catalogue.current();
      await signing.maintain();
      checkRoles();
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

interface Adapters {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stores: Stores;
  readonly catalogue: CatalogueSource;
  readonly signing: Signing;
  readonly http: HttpExchange;
  readonly stsClients: StsClients;
  readonly connectors: ConnectorRegistry;
}

/** The use cases over the adapters, and what the doors show of them. */
function partsOf(config: Config, adapters: Adapters): Omit<AppParts, 'rootDir' | 'health'> {
  const { clock, logger, stores, catalogue, signing, http, stsClients, connectors } = adapters;
  const { baseUrl, aws, sessions, personalTokens } = config;
  const cookies = createCookies(baseUrl);
  const limits = createRateLimits({ store: stores.rateLimits, clock, settings: config.rateLimits });
  const entitlements = createEntitlementSource(catalogue);
  const trust = { issuer: webIdentityIssuer(baseUrl) };
  const shared = { ...stores, catalogue, clock, limits, connectors, entitlements, trust };
  const people = signInOf(stores, { clock, connectors, logger, limits, life: sessions });
  const grants = createGrantMethods({ clients: stsClients, clock, signer: signing.signer });
  const issueCredentials = createIssueCredentials({ ...shared, grants });
  const administration = createAdministration({
    ...shared,
    stores,
    baseUrl,
    issueCredentials,
    facts: factsOf(config),
    secondPerson: config.administration.secondPerson,
    listings: createListings(aws),
    connectorStatuses: createConnectorStatuses(connectors),
  });
  const tokens = tokensOf(config, { ...shared, ...people });
  return {
    ...createDeliveries({ baseUrl, http, endpoints: aws.endpoints }),
    baseUrl,
    logger,
    clock,
    catalogue,
    connectors,
    formTargets: consoleFormTargets(aws.endpoints),
    trustedProxies: config.trustedProxies,
    sessionSeconds: sessions.absoluteSeconds,
    cookies,
    limits,
    entitlements,
    issueCredentials,
    explainOwn: createExplainOwn(shared),
    ...people,
    ...tokens,
    ...awsClientsOf(config, { ...shared, ...people, ...tokens, issueCredentials }),
    ...createOwnTokens({ ...shared, ...personalTokens }),
    administration,
    firstRun: createFirstRun({ ...stores, ...people, catalogue, clock, administration }),
    secretNames: [...config.secrets.keys()],
    breakGlass: breakGlassOf(config, stores, adapters),
    roleSetup: createRoleSetup({
      ...shared,
      ...administration,
      people: stores.people,
      source: catalogue,
      baseUrl,
      grants,
      sourcePrincipals: createSourcePrincipals(stsClients),
      publishedKeys: signing.publishedKeys,
    }),
    awsSetup: createAwsSetup({ ...config.awsClients, ...aws, baseUrl, entitlements }),
    pages: createPages({ ...administration, ...config, connectors, sessionCookie: cookies.session }),
    publishedKeys: signing.publishedKeys,
  };
}

/** Lines are written together, at most a second late: one system call a line would cost more than the line. */
function openLog({ logLevel }: Config): Logger {
  const destination = pino.destination({ sync: false, minLength: 16_000, periodicFlush: 1_000 });
  return pino({ level: logLevel, base: null }, destination);
}

async function checkReadiness(stores: Stores, stsClients: StsClients): Promise<void> {
  await stores.ping();
  if (!(await stsClients.usable())) throw new BrokerError('broker.credentials');
}

function keepHouse(
  { stores, signing, connectors, clock, logger }: Adapters,
  checkRoles: () => void,
): NodeJS.Timeout {
  const run = (): void => {
    checkRoles();
    const chores = [stores.sweep(clock.now()), signing.maintain(), refreshConnectors(connectors)];
    Promise.all(chores).catch((error: unknown) => logger.error({ err: error }, 'housekeeping failed'));
  };
  return setInterval(run, HOUSEKEEPING_MS).unref();
}
