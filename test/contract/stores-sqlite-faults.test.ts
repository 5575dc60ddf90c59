import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BroadcastChannel } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stores } from '../../src/core/ports/stores.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { Secret } from '../../src/lib/secret.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { MIGRATIONS } from '../../src/stores/migrations/index.ts';
import { openStores } from '../../src/stores/open-stores.ts';
import { SqliteConnection } from '../../src/stores/sqlite-connection.ts';
import { kyselyOverSqlite } from '../../src/stores/sqlite-dialect.ts';
import { bundleProgram } from '../support/bundle-program.ts';
import type { BundledProgram } from '../support/bundle-program.ts';
import {
  MASTER_KEY,
  NOW,
  buildEvent,
  buildFlow,
  buildKey,
  buildSession,
  later,
  temporaryDirectory,
} from '../support/store-fixtures.ts';
import type { Trouble } from '../support/troubled-writer.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let file: string;

beforeEach(() => {
  directory = temporaryDirectory();
  file = join(directory.path, 'daypass.db');
});
afterEach(() => directory.remove());

type Options = Omit<Parameters<typeof openStores>[0], 'store' | 'node'>;

function open(options: Partial<Options> = {}): Promise<Stores> {
  return openStores({ store: { kind: 'sqlite', file }, node: 'node-1', masterKey: MASTER_KEY, ...options });
}

async function withStores(
  work: (stores: Stores) => Promise<void>,
  options?: Partial<Options>,
): Promise<void> {
  const stores = await open(options);
  try {
    await work(stores);
  } finally {
    await stores.close();
  }
}

/** Changes the closed database behind the program's back. */
function tamper(...statements: readonly string[]): void {
  const database = new DatabaseSync(file);
  for (const sql of statements) database.exec(sql);
  database.close();
}

async function unavailableWithinFiveSeconds(write: Promise<unknown>): Promise<void> {
  const started = performance.now();
  await expect(write).rejects.toMatchObject({ code: 'store.unavailable', retryAfterSeconds: 2 });
  expect(performance.now() - started).toBeLessThan(5000);
}

async function signIn(stores: Stores): Promise<ReturnType<typeof buildSession>> {
  const [flow, session] = [buildFlow(), buildSession({ idToken: 'canary.id.token' })];
  await stores.signInFlows.create(flow);
  await stores.signInSessions.create({ session, flowId: flow.id, spend: [], event: buildEvent() });
  return session;
}

describe('a SQLite database at start', () => {
  it('keeps everything over a restart', async () => {
    let session = buildSession();
    await withStores(async (stores) => {
      session = await signIn(stores);
    });
    await withStores(async (stores) => {
      expect(await stores.signInSessions.find(session.idHash, NOW)).toEqual(session);
      await stores.audit.record(buildEvent());
      expect(await stores.audit.verify()).toEqual({ rows: 2, firstBadSequence: undefined });
    });
  });

  it('is for its owner alone, side files included, whatever the umask and whatever was there', async () => {
    writeFileSync(file, '', { mode: 0o644 });
    chmodSync(file, 0o644);
    const umask = process.umask(0);
    try {
      await withStores(async (stores) => {
        await stores.audit.record(buildEvent());
        const modes = readdirSync(directory.path).map((name) => [
          name,
          statSync(join(directory.path, name)).mode & 0o777,
        ]);
        expect(modes.map(([name]) => name)).toEqual(
          expect.arrayContaining(['daypass.db', 'daypass.db-shm', 'daypass.db-wal', 'daypass.db.lock']),
        );
        for (const [name, mode] of modes) expect(mode, String(name)).toBe(0o600);
      });
    } finally {
      process.umask(umask);
    }
  });

  it('G06: holds no secret in clear, neither in the database nor in its log', async () => {
    await withStores(async (stores) => {
      await signIn(stores);
      await stores.signInFlows.create(buildFlow({ id: 'canary-flow-id' }));
      await stores.signingKeys.add(buildKey(), buildEvent());
      // By another process: closing a file of the database in this one would drop SQLite's locks on it.
      const bytes = execFileSync('cat', readdirSync(directory.path), { cwd: directory.path }).toString(
        'latin1',
      );
      expect(bytes).toContain('payments-admin');
      expect(bytes).not.toMatch(/canary/);
    });
  });

  it('G06: refuses another master key at once, and says which of the two is meant', async () => {
    await withStores(() => Promise.resolve());
    const masterKey = new Secret(Buffer.alloc(32, 8).toString('base64'));
    await expect(open({ masterKey })).rejects.toThrow(/master key does not fit/);
    await withStores((stores) => stores.ping());
  });

  it('is refused to a second process while the first one lives', async () => {
    await withStores(async () => {
      await expect(open()).rejects.toThrow(/in use by another Daypass process/);
    });
    await withStores((stores) => stores.ping());
  });

  it('stops the start with one line where its directory cannot be written', async () => {
    writeFileSync(join(directory.path, 'in-the-way'), '');
    file = join(directory.path, 'in-the-way', 'daypass.db');
    const error: unknown = await open().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'StoreStartError' });
    expect(String(error)).toMatch(/in-the-way\/daypass\.db.*cannot be written/);
    expect(String(error)).not.toContain('\n');
  });

  it('G03: says that another process has it locked', async () => {
    await withStores(() => Promise.resolve());
    const release = await lockFromAnotherProcess(60_000);
    await expect(open()).rejects.toThrow(/locked by another process/);
    await release();
    await withStores((stores) => stores.ping());
  });

  it('G04: is refused after a newer version has migrated it, and left as it is', async () => {
    await withStores(() => Promise.resolve());
    tamper(`insert into daypass_migrations values ('9999-from-the-future', '2030-01-01')`);
    const before = execFileSync('sha256sum', [file]).toString();
    const newest = Object.keys(MIGRATIONS).at(-1) ?? '';
    await expect(open()).rejects.toThrow(
      `it has the migration 9999-from-the-future, this program knows them up to ${newest}.`,
    );
    expect(execFileSync('sha256sum', [file]).toString()).toBe(before);
  });

  it('G04: keeps the sign-in sessions of a database from before they knew of their provider', async () => {
    const connection = new SqliteConnection({ file, busyTimeoutMs: 100 });
    const { '0001-first-tables': first } = MIGRATIONS;
    if (first === undefined) throw new Error('the first migration has another name');
    await migrate(kyselyOverSqlite(connection), { '0001-first-tables': first });
    const { idHash, identity } = buildSession();
    connection.run({
      sql: `insert into sign_in_sessions (id_hash, connector_id, subject_hash, identity, created_at, seen_at,
              idle_expires_at, absolute_expires_at, authenticated_at, revoked_at, id_token)
            values (?, 'corp', ?, ?, 1, 2, ?, ?, 3, null, null)`,
      parameters: [
        idHash,
        sha256Hex(identity.subject),
        JSON.stringify({ ...identity, attributes: [...identity.attributes] }),
        later(900).getTime(),
        later(3600).getTime(),
      ],
    });
    connection.close();
    await withStores(async (stores) => {
      const { signInSessions } = stores;
      expect(await signInSessions.find(idHash, NOW)).toEqual({
        idHash,
        identity,
        createdAt: new Date(1),
        seenAt: new Date(2),
        idleExpiresAt: later(900),
        absoluteExpiresAt: later(3600),
        authentication: { at: new Date(3), contexts: [] },
        confirmedAt: new Date(0),
      });
      const person = { connectorId: 'corp', subject: identity.subject };
      expect(await signInSessions.revokeWhere(person, [], buildEvent())).toBe(1);
      expect(await signInSessions.find(idHash, NOW)).toBeUndefined();
    });
  });

  it('G04: is as it was after a migration that fails half-way', async () => {
    await withStores((stores) => stores.audit.record(buildEvent()));
    const connection = new SqliteConnection({ file, busyTimeoutMs: 100 });
    const failing = {
      up: async (db: Parameters<(typeof MIGRATIONS)[string]['up']>[0]) => {
        await db.schema.createTable('half').addColumn('id', 'text').execute();
        await db.schema.dropTable('audit_events').execute();
        throw new Error('the power went');
      },
    };
    const migrations = { ...MIGRATIONS, '9999-fails': failing };
    await expect(migrate(kyselyOverSqlite(connection), migrations)).rejects.toThrow(
      /9999-fails failed; nothing was changed: the power went/,
    );
    expect(connection.all(`select name from sqlite_master where name = 'half'`, [])).toEqual([]);
    connection.close();
    await withStores(async (stores) => {
      expect(await stores.audit.verify()).toEqual({ rows: 1, firstBadSequence: undefined });
    });
  });

  it.each([
    ['garbage from its first byte', () => writeFileSync(file, 'x'.repeat(8192))],
    ['cut off in the middle', () => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['overwritten in the middle', () => overwrite(8192, 12_000)],
  ])('G05: is refused when it is %s', async (_what, damage) => {
    await withStores(async (stores) => {
      for (let index = 0; index < 50; index += 1) {
        await stores.audit.record(buildEvent({ detail: { filling: 'x'.repeat(2000) } }));
      }
    });
    damage();
    const error: unknown = await open().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'StoreStartError' });
    expect(String(error)).toMatch(/damaged .*restore it from a backup/);
    expect(String(error)).not.toContain('\n');
  });
});

describe('the audit chain on disk', () => {
  it.each([
    ['an edited text', `update audit_events set text = replace(text, 'ada', 'eve') where sequence = 3`, 3],
    ['an edited column', `update audit_events set name = 'credentials.issued' where sequence = 3`, 3],
    ['a deleted row', 'delete from audit_events where sequence = 3', 4],
    ['a deleted beginning', 'delete from audit_events where sequence < 3', 3],
    ['a deleted end', 'delete from audit_events where sequence > 3', 4],
    ['a recomputed end', `update audit_events set hash = '${'0'.repeat(64)}' where sequence = 5`, 5],
    [
      'a copied row',
      `insert into audit_events select chain, 6, hash, at, name, text from audit_events where sequence = 5`,
      6,
    ],
    ['a deleted end mark', 'delete from audit_chains', 5],
  ])('G07: shows %s', async (_what, sql, firstBadSequence) => {
    await withStores(async (stores) => {
      for (let index = 0; index < 5; index += 1) await stores.audit.record(buildEvent({ detail: { index } }));
    });
    tamper(sql);
    await withStores(async (stores) => {
      expect(await stores.audit.verify()).toMatchObject({ firstBadSequence, firstBadChain: 'node-1' });
    });
  });
});

describe('a SQLite database in trouble', () => {
  let writer: BundledProgram;
  beforeAll(async () => {
    writer = await bundleProgram(new URL('../support/troubled-writer.ts', import.meta.url));
  });
  afterAll(() => writer.remove());

  async function withTrouble(
    work: (
      stores: Stores,
      order: (trouble: Trouble) => Promise<void>,
      health: readonly string[],
    ) => Promise<void>,
  ): Promise<void> {
    const health: string[] = [];
    const channel = new BroadcastChannel(file);
    const order = async (trouble: Trouble): Promise<void> => {
      const done = new Promise<void>((resolve) => {
        channel.onmessage = () => resolve();
      });
      channel.postMessage(trouble);
      if (trouble.kind !== 'die') await done;
    };
    try {
      await withStores((stores) => work(stores, order, health), {
        writerFile: pathToFileURL(writer.file),
        report: (state) => health.push(state),
      });
    } finally {
      channel.close();
    }
  }

  it('G02: with a full disk refuses writes, goes on reading, and heals without a restart', async () => {
    await withTrouble(async (stores, order, health) => {
      const session = await signIn(stores);
      await order({ kind: 'pages', maximum: 1 });
      let acknowledged = 1;
      const fill = async (): Promise<void> => {
        for (; acknowledged < 1000; acknowledged += 1) {
          await stores.audit.record(buildEvent({ detail: { filling: 'x'.repeat(5000) } }));
        }
      };
      await unavailableWithinFiveSeconds(fill());
      await unavailableWithinFiveSeconds(
        stores.catalogue.save({
          catalogue: {
            connectors: [],
            accounts: [],
            roles: [],
            mappings: [],
            applications: [],
            administrators: [],
          },
          expectedVersion: 0,
          event: buildEvent({ detail: { filling: 'x'.repeat(5000) } }),
        }),
      );
      expect(await stores.signInSessions.find(session.idHash, NOW)).toEqual(session);
      expect(await stores.catalogue.version()).toBe(0);
      expect(health).toEqual(['failing']);

      await order({ kind: 'pages', maximum: 1_000_000 });
      await stores.audit.record(buildEvent());
      expect(health).toEqual(['failing', 'healthy']);
      expect(await stores.audit.verify()).toEqual({ rows: acknowledged + 1, firstBadSequence: undefined });
    });
  });

  it('G03: locked by another process refuses writes in time, goes on reading, and heals', async () => {
    await withTrouble(async (stores) => {
      const session = await signIn(stores);
      const release = await lockFromAnotherProcess(60_000);
      const writes = Array.from({ length: 3 }, () =>
        unavailableWithinFiveSeconds(stores.audit.record(buildEvent())),
      );
      expect(await stores.signInSessions.find(session.idHash, NOW)).toEqual(session);
      await Promise.all(writes);
      await unavailableWithinFiveSeconds(stores.ping());
      await release();
      await expect.poll(() => stores.ping().then(() => 'ready'), { timeout: 5000 }).toBe('ready');
      await stores.audit.record(buildEvent());
      expect(await stores.audit.verify()).toEqual({ rows: 2, firstBadSequence: undefined });
    });
  });

  it('G03: whose writer stands still is given up in time, and used again when it moves', async () => {
    await withTrouble(async (stores, order) => {
      await order({ kind: 'stall', ms: 5500 });
      await Promise.all([
        unavailableWithinFiveSeconds(stores.audit.record(buildEvent())),
        unavailableWithinFiveSeconds(stores.signInFlows.create(buildFlow())),
      ]);
      await expect.poll(() => stores.ping().then(() => 'ready'), { timeout: 6000 }).toBe('ready');
      expect(await stores.audit.verify()).toMatchObject({ firstBadSequence: undefined });
    });
  });

  it('G03: whose writer dies answers what was in flight, and starts another', async () => {
    await withTrouble(async (stores, order, health) => {
      await signIn(stores);
      await order({ kind: 'stall', ms: 300 });
      const inFlight = stores.audit.record(buildEvent());
      await order({ kind: 'die' });
      await Promise.allSettled([inFlight]);
      await expect
        .poll(() => stores.audit.record(buildEvent({ at: later(1) })).then(() => 'recorded'), {
          timeout: 5000,
        })
        .toBe('recorded');
      await expect.poll(() => health.at(-1) ?? 'healthy').toBe('healthy');
      expect(await stores.audit.verify()).toMatchObject({ firstBadSequence: undefined });
    });
  });
});

/** @returns what releases the lock, by ending the process that holds it. */
async function lockFromAnotherProcess(ms: number): Promise<() => Promise<void>> {
  const program = `
    const { DatabaseSync } = require('@photostructure/sqlite');
    const database = new DatabaseSync(process.argv[1], { timeout: 2000 });
    database.exec('begin exclusive');
    console.log('locked');
    setTimeout(() => database.close(), ${ms});`;
  const child = spawn(process.execPath, ['-e', program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
}

function overwrite(from: number, length: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(length, 0x5a), 0, length, from);
  closeSync(descriptor);
}
