/**
 * Owns everything that is kept: opens the database, brings its schema up to date, and hands out one store for
 * each aggregate. The only folder that speaks SQL. It decides nothing; `broker` does.
 */
import type { Stores } from '../core/ports/stores.ts';
import { createSealer } from '../lib/seal.ts';
import type { Secret } from '../lib/secret.ts';
import { createAuditStore } from './audit-store.ts';
import { createAuthorizationRequestStore } from './authorization-request-store.ts';
import { createAuthorizationStore } from './authorization-store.ts';
import { createCatalogueStore } from './catalogue-store.ts';
import { createChangeProposalStore } from './change-proposal-store.ts';
import { Database } from './database.ts';
import type { Engine, ReportStoreHealth } from './database.ts';
import { checkMasterKey } from './master-key-check.ts';
import { createPeopleStore } from './people-store.ts';
import { createPing } from './ping.ts';
import { createPostgresDriver } from './postgres-driver.ts';
import { openPostgresEngine } from './postgres-engine.ts';
import { createRateLimitStore } from './rate-limit-store.ts';
import { createRoleCheckStore } from './role-check-store.ts';
import { createSignInFlowStore } from './sign-in-flow-store.ts';
import { createSignInSessionStore } from './sign-in-session-store.ts';
import { createSigningKeyStore } from './signing-key-store.ts';
import { openSqliteEngine } from './sqlite-engine.ts';
import { sweepExpired } from './sweep.ts';

export interface StoreOptions {
  /** Names this node's audit chain; no two running nodes share one. */
  readonly node: string;
  /** 32 bytes, base64. */
  readonly masterKey: Secret;
  /** Told when the store stops committing and when it does so again. */
  readonly report?: ReportStoreHealth;
}

export interface OpenStoresOptions extends StoreOptions {
  readonly store:
    { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: Secret };
  /** The built `sqlite-writer.js`; without it, the one of this build. */
  readonly writerFile?: URL;
}

/** @throws StoreStartError with one line for the operator where the database cannot be used as it is. */
export async function openStores(options: OpenStoresOptions): Promise<Stores> {
  const { store, node, writerFile } = options;
  const engine =
    store.kind === 'postgres'
      ? await openPostgresEngine(createPostgresDriver(store.url), node)
      : await openSqliteEngine({
          file: store.file,
          node,
          ...(writerFile === undefined ? {} : { writerFile }),
        });
  return storesOver(engine, options);
}

/** The stores over an engine that is open; closes it if they cannot be used. */
export async function storesOver(engine: Engine, options: StoreOptions): Promise<Stores> {
  const database = new Database(engine, options.report ?? (() => undefined));
  try {
    const sealer = createSealer(options.masterKey, 'stores');
    await checkMasterKey(database, sealer);
    return {
      catalogue: createCatalogueStore(database),
      changeProposals: createChangeProposalStore(database),
      signInFlows: createSignInFlowStore(database, sealer),
      signInSessions: createSignInSessionStore(database, sealer),
      rateLimits: createRateLimitStore(database),
      authorizations: createAuthorizationStore(database),
      authorizationRequests: createAuthorizationRequestStore(database),
      people: createPeopleStore(database),
      signingKeys: createSigningKeyStore(database, sealer),
      roleCheckStore: createRoleCheckStore(database),
      audit: createAuditStore(database, options.node),
      ping: createPing(database, options.node),
      sweep: (now) => sweepExpired(database, now),
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
