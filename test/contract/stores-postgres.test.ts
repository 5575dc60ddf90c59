import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Stores } from '../../src/core/ports/stores.ts';
import { Secret } from '../../src/lib/secret.ts';
import { MIGRATIONS } from '../../src/stores/migrations/index.ts';
import { openStores, storesOver } from '../../src/stores/open-stores.ts';
import { createPostgresDriver } from '../../src/stores/postgres-driver.ts';
import { openPostgresEngine } from '../../src/stores/postgres-engine.ts';
import { createPgliteDriver } from '../support/pglite-driver.ts';
import { createTestDatabase } from '../support/postgres-database.ts';
import type { TestDatabase } from '../support/postgres-database.ts';
import { MASTER_KEY, NOW, buildEvent, buildFlow, buildSession, later } from '../support/store-fixtures.ts';
import { describeBrokerOnPostgres } from './broker-on-postgres.ts';
import { describeStores } from './stores.contract.ts';

describeStores('PGlite', async () => {
  const driver = await createPgliteDriver();
  const stores = await storesOver(await openPostgresEngine(driver, 'node-1'), {
    node: 'node-1',
    masterKey: MASTER_KEY,
  });
  return {
    stores,
    dispose: async () => {
      await stores.close();
      await driver.stop();
    },
  };
});

describe('a Postgres that cannot be used', () => {
  it('G03: stops the start with one line that says where, and never the password', async () => {
    const store = { kind: 'postgres', url: new Secret('postgres://ada:canary@127.0.0.1:1/daypass') } as const;
    const error: unknown = await openStores({ store, node: 'node-1', masterKey: MASTER_KEY }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ name: 'StoreStartError' });
    expect(String(error)).toContain('127.0.0.1:1/daypass');
    expect(String(error)).not.toMatch(/canary|\n/);
  });

  it('refuses what is not a URL without repeating it', () => {
    const open = (): unknown => createPostgresDriver(new Secret('postgres//ada:canary@host'));
    expect(open).toThrow(/postgres:\/\//);
    expect(open).not.toThrow(/canary/);
  });
});

// A real server is where concurrency, locks and lost connections can be tried; CI has one.
const serverUrl = process.env['DAYPASS_TEST_POSTGRES_URL'];
if (serverUrl !== undefined) {
  describeRealPostgres(serverUrl);
  describeBrokerOnPostgres(serverUrl);
}

function describeRealPostgres(server: string): void {
  describeStores('Postgres', async () => {
    const database = await createTestDatabase(server);
    const stores = await openNode(database, 'node-1');
    return {
      stores,
      dispose: async () => {
        await stores.close();
        await database.drop();
      },
    };
  });

  describe('several nodes on one Postgres', () => {
    it('G04: migrate a new database once, though all start at the same moment', async () => {
      await withDatabase(server, async (database) => {
        const nodes = await Promise.all(['a', 'b', 'c', 'd'].map((node) => openNode(database, node)));
        await Promise.all(nodes.map((node) => node.ping()));
        const migrations = await database.sql('select name from daypass_migrations order by name');
        expect(migrations).toEqual(Object.keys(MIGRATIONS).map((name) => ({ name })));
        await Promise.all(nodes.map((node) => node.close()));
      });
    });

    it('G04: refuse a database that a newer version has migrated', async () => {
      await withDatabase(server, async (database) => {
        await (await openNode(database, 'a')).close();
        await database.sql(`insert into daypass_migrations values ('9999-from-the-future', '2030-01-01')`);
        await expect(openNode(database, 'a')).rejects.toThrow(/newer Daypass.*9999-from-the-future/);
      });
    });

    it('never share the name of a chain', async () => {
      await withNodes(server, nothing, async ({ database }) => {
        await expect(openNode(database, 'a')).rejects.toThrow(/audit chain "a"/);
      });
    });

    it('S35: let exactly one of many uses of one flow succeed, whichever node they reach', async () => {
      await withNodes(server, nothing, async ({ a, b }) => {
        for (let round = 0; round < 20; round += 1) {
          const flow = buildFlow();
          await a.signInFlows.create(flow);
          const results = await Promise.allSettled(
            Array.from({ length: 20 }, (_, index) =>
              (index % 2 === 0 ? a : b).signInSessions.create({
                session: buildSession(),
                flowId: flow.id,
                spend: [],
                event: buildEvent({ name: 'sign-in.completed' }),
              }),
            ),
          );
          const refused = results.filter((result) => result.status === 'rejected');
          expect(results.length - refused.length).toBe(1);
          for (const { reason } of refused) expect(reason).toMatchObject({ code: 'sign_in.replayed' });
        }
        expect(await b.audit.verify()).toEqual({ rows: 20, firstBadSequence: undefined });
      });
    });

    it('see a revocation at once, also in the transaction that records', async () => {
      await withNodes(server, signedIn, async ({ a, b, given: session }) => {
        const standing = { kind: 'sign-in-session', idHash: session.idHash } as const;
        await b.audit.record(buildEvent(), standing);
        await a.signInSessions.revoke(session.idHash, buildEvent({ name: 'sign-out.completed' }));
        await expect(b.audit.record(buildEvent(), standing)).rejects.toMatchObject({ code: 'session.ended' });
        expect(await b.signInSessions.find(session.idHash, NOW)).toBeUndefined();
      });
    });

    it('go on side by side when their groups lock the same sessions in opposite order', async () => {
      await withNodes(server, signedIn, async ({ a, b, given: session }) => {
        const other = await signedIn(a);
        const ids = [session.idHash, other.idHash];
        const work = Array.from({ length: 200 }, (_, index) => {
          const [node, idHash] = [index % 2 === 0 ? a : b, ids[(index >> 1) % 2] ?? ''];
          return index % 3 === 0
            ? node.signInSessions.touch(idHash, later(1 + index), later(900 + index))
            : node.audit.record(buildEvent({ at: later(1) }), { kind: 'sign-in-session', idHash });
        });
        const results = await Promise.allSettled(work);
        expect(results.filter((result) => result.status === 'rejected')).toEqual([]);
        expect(await a.audit.verify()).toMatchObject({ firstBadSequence: undefined });
      });
    });
  });

  describe('a Postgres that undoes a group', () => {
    it('commits the group that lost a deadlock after all', async () => {
      await withNodes(server, signedIn, async ({ a, database, given: first }) => {
        const second = await signedIn(a);
        const other = new pg.Client({ connectionString: database.url.reveal() });
        await other.connect();
        const touch = (idHash: string): string =>
          `update sign_in_sessions set created_at = created_at where id_hash = '${idHash}'`;
        await other.query('begin');
        await other.query(touch(second.idHash));
        const group = [first, second].map(({ idHash }) =>
          a.signInSessions.touch(idHash, later(60), later(960)),
        );
        await expect.poll(() => waitingBackends(database)).toBe(1);
        await other.query(touch(first.idHash));
        await other.query('commit');
        await other.end();
        await Promise.all(group);
        expect(await a.signInSessions.find(second.idHash, NOW)).toMatchObject({ seenAt: later(60) });
        await expect.poll(() => deadlocks(database), { timeout: 5000 }).toBe(1);
      });
    });
  });

  describe('a Postgres that fails while we run', () => {
    it('G03: is used again as soon as it takes connections, and the chain goes on', async () => {
      await withNodes(server, signedIn, async ({ a, database }) => {
        await database.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'daypass%'`,
        );
        const acknowledged: number[] = [];
        await expect
          .poll(() => a.audit.record(buildEvent()).then(() => acknowledged.push(1)), { timeout: 5000 })
          .toBeGreaterThan(0);
        expect(await a.signInFlows.find('nothing', NOW)).toBeUndefined();
        expect(await a.audit.verify()).toMatchObject({ firstBadSequence: undefined });
      });
    });

    it('G03: is given up within five seconds when a lock is held, and healed when it goes', async () => {
      await withNodes(server, signedIn, async ({ a, database }) => {
        const held = database.sql(
          `do $$ begin lock table audit_events in access exclusive mode; perform pg_sleep(6); end $$`,
        );
        await expect.poll(() => locksOnAuditEvents(database)).toBeGreaterThan(0);
        const started = performance.now();
        await expect(a.audit.record(buildEvent())).rejects.toMatchObject({
          code: 'store.unavailable',
          retryAfterSeconds: 2,
        });
        expect(performance.now() - started).toBeLessThan(5000);
        await held;
        await expect.poll(() => a.ping().then(() => 'ready'), { timeout: 5000 }).toBe('ready');
        await a.audit.record(buildEvent());
        expect(await a.audit.verify()).toMatchObject({ firstBadSequence: undefined });
      });
    });
  });
}

async function waitingBackends(database: TestDatabase): Promise<number> {
  const rows = await database.sql('select 1 from pg_locks where not granted');
  return rows.length;
}

/** Counted by the server, a moment later. */
async function deadlocks(database: TestDatabase): Promise<number> {
  const [row] = await database.sql(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(row?.['deadlocks']);
}

async function locksOnAuditEvents(database: TestDatabase): Promise<number> {
  const rows = await database.sql(
    `select 1 from pg_locks where relation = 'audit_events'::regclass and mode = 'AccessExclusiveLock' and granted`,
  );
  return rows.length;
}

const nothing = (): Promise<void> => Promise.resolve();

function openNode(database: TestDatabase, node: string): Promise<Stores> {
  return openStores({ store: { kind: 'postgres', url: database.url }, node, masterKey: MASTER_KEY });
}

async function withDatabase(server: string, work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase(server);
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

interface TwoNodes<Given> {
  readonly a: Stores;
  readonly b: Stores;
  readonly database: TestDatabase;
  readonly given: Given;
}

async function withNodes<Given>(
  server: string,
  prepare: (a: Stores) => Promise<Given>,
  work: (nodes: TwoNodes<Given>) => Promise<void>,
): Promise<void> {
  await withDatabase(server, async (database) => {
    const [a, b] = [await openNode(database, 'a'), await openNode(database, 'b')];
    try {
      await work({ a, b, database, given: await prepare(a) });
    } finally {
      await Promise.all([a.close(), b.close()]);
    }
  });
}

async function signedIn(stores: Stores): Promise<ReturnType<typeof buildSession>> {
  const [flow, session] = [buildFlow(), buildSession()];
  await stores.signInFlows.create(flow);
  await stores.signInSessions.create({
    session,
    flowId: flow.id,
    spend: [],
    event: buildEvent({ name: 'sign-in.completed' }),
  });
  return session;
}
