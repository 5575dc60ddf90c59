/** The composition root: the only file that builds adapters and joins them. */
import type { Express } from 'express';
import pino from 'pino';
import { createApp } from './app.ts';
import { createApplicationAccess } from './broker/application-access.ts';
import { CatalogueSource } from './broker/catalogue-source.ts';
import { createIssueCredentials } from './broker/issue-credentials.ts';
import { createEntitlementSource } from './broker/list-entitlements.ts';
import { seedCatalogue, type Seed } from './broker/seed-catalogue.ts';
import { createSignInSessions } from './broker/sign-in-session.ts';
import { createSignIn } from './broker/sign-in.ts';
import type { Config } from './config/config.ts';
import { createConnectorRegistry } from './connectors/connector-registry.ts';
import { createConnector } from './connectors/create-connector.ts';
import type { CatalogueFacts } from './core/compile-catalogue.ts';
import type { Clock } from './core/ports/clock.ts';
import { consoleFormTargets } from './delivery/console-addresses.ts';
import { createDeliveries } from './delivery/deliveries.ts';
import { createGrantMethods } from './grants/grant-methods.ts';
import { createCookies } from './http/cookies.ts';
import { createPages } from './http/web/pages.ts';
import { HttpExchange } from './lib/http-exchange.ts';
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
  // Lines are written together, at most a second late: one system call a line would cost more than the line.
  const logger = pino(
    { level: config.logLevel, base: null },
    pino.destination({ sync: false, minLength: 4_096, periodicFlush: 1_000 }),
  );
  const stores = await openStores({
    ...config,
    report: (state, detail) => logger.warn({ state, detail }, 'store'),
  });
  const catalogueFacts: CatalogueFacts = {
    credentialSources: config.credentialSources,
    secretNames: new Set(config.secrets.keys()),
    allowHttp: baseUrl.startsWith('http:'),
  };
  const catalogue = new CatalogueSource(stores.catalogue, catalogueFacts);
  const signing = createSigning({ baseUrl, store: stores.signingKeys, clock, ...config.signingKeys });
  const http = new HttpExchange();
  const connectors = createConnectorRegistry(
    async () => (await catalogue.current()).catalogue.connectors,
    (settings) =>
      createConnector(settings, {
        baseUrl,
        clock,
        allowHttp: catalogueFacts.allowHttp,
        secret: (name) => config.secrets.get(name),
      }),
  );
  let accepting = true;
  const housekeeping = setInterval(() => {
    void Promise.all([stores.sweep(clock.now()), signing.maintain()]).catch((error: unknown) =>
      logger.error({ err: error }, 'housekeeping failed'),
    );
  }, HOUSEKEEPING_MS).unref();

  const deliveries = createDeliveries({ baseUrl, http, endpoints: config.aws.endpoints });
  const app = createApp({
    ...deliveries,
    baseUrl,
    rootDir,
    logger,
    catalogue,
    connectors,
    formTargets: consoleFormTargets(config.aws.endpoints),
    trustedProxies: config.trustedProxies,
    sessionSeconds: config.sessions.absoluteSeconds,
    cookies: createCookies(baseUrl),
    entitlements: createEntitlementSource(catalogue),
    sessions: createSignInSessions(stores.signInSessions, clock, config.sessions),
    signIn: createSignIn({
      flows: stores.signInFlows,
      sessions: stores.signInSessions,
      audit: stores.audit,
      clock,
      life: config.sessions,
    }),
    applications: createApplicationAccess({
      catalogue,
      tokens: stores.accessTokens,
      audit: stores.audit,
      clock,
      lifeSeconds: config.accessTokens.lifeSeconds,
    }),
    issueCredentials: createIssueCredentials({
      catalogue,
      audit: stores.audit,
      clock,
      grants: createGrantMethods({
        http,
        clock,
        signer: signing.signer,
        regions: config.aws.regions,
        credentialSources: config.credentialSources,
        ...(config.aws.endpoints.sts === undefined ? {} : { stsEndpoint: config.aws.endpoints.sts }),
      }),
    }),
    pages: createPages({ connectors, sandbox: config.sandbox }),
    publishedKeys: signing.publishedKeys,
    health: { accepting: () => accepting, check: () => stores.ping() },
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
      await stores.close();
      await http.close();
      await new Promise((resolve) => logger.flush(resolve));
    },
  };
}
