/**
 * Commits groups to Postgres over one connection, which it opens again when it is lost. While the connection
 * lives it holds an advisory lock on the chain's name, so that two processes never write one chain.
 */
import { randomBytes } from 'node:crypto';
import { EMPTY_CHAIN } from '../core/audit-chain.ts';
import type { AuditRow, ChainHead } from '../core/audit-chain.ts';
import { commitGroup, failedGroup } from './commit-group.ts';
import type { FailureScope, GroupResult, WriterConnection } from './commit-group.ts';
import type { PostgresClient, PostgresDriver } from './postgres-driver.ts';
import { StoreStartError } from './store-start-error.ts';
import type { Outcome, WriteUnit } from './write-unit.ts';

/** Then the connection is given up: a server that does not answer may never do so. */
const GROUP_TIMEOUT_MS = 3500;
const ATTEMPTS = 2;

/** Two of the chain's advisory lock's 32-bit keys: ours, and the name's. */
const LOCK_CLASS = 0x64617970;

interface Connected {
  readonly client: PostgresClient;
  head: ChainHead;
}

export class PostgresGroupWriter {
  readonly #driver: PostgresDriver;
  readonly #chain: string;
  /** Tells this process's connections from everybody else's. */
  readonly #applicationName = `daypass writer ${randomBytes(12).toString('hex')}`;
  #connected: Connected | undefined;

  constructor(driver: PostgresDriver, chain: string) {
    this.#driver = driver;
    this.#chain = chain;
  }

  /** Connects, for start: a fault is an exception here. @throws StoreStartError if the chain is taken. */
  async start(chainWaitMs: number): Promise<void> {
    this.#connected = await this.#connect(chainWaitMs);
  }

  async commit(units: readonly WriteUnit[]): Promise<readonly Outcome[]> {
    try {
      return await this.#commitWithRetry(units);
    } catch (error) {
      this.close();
      return failedGroup(units, EMPTY_CHAIN, error).outcomes;
    }
  }

  close(): void {
    this.#connected?.client.close();
    this.#connected = undefined;
  }

  /** A group that lost a deadlock against another node was undone whole, and may well succeed the next time. */
  async #commitWithRetry(units: readonly WriteUnit[]): Promise<readonly Outcome[]> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#connected?.client.lost === true) this.close();
      const connected = (this.#connected ??= await this.#connect(1000));
      const result = await this.#commitOnce(connected, units);
      connected.head = result.head;
      if (result.failure === undefined) return result.outcomes;
      if (attempt < ATTEMPTS && isConflict(result.failure) && !connected.client.lost) continue;
      this.close();
      return result.outcomes;
    }
  }

  async #commitOnce(connected: Connected, units: readonly WriteUnit[]): Promise<GroupResult> {
    const timer = setTimeout(() => connected.client.close(), GROUP_TIMEOUT_MS);
    try {
      const chain = { name: this.#chain, head: connected.head };
      return await commitGroup(writerOver(connected.client, this.#chain), units, chain);
    } finally {
      clearTimeout(timer);
    }
  }

  async #connect(chainWaitMs: number): Promise<Connected> {
    const client = await this.#driver.connectWriter(this.#applicationName);
    try {
      await prepareSession(client, this.#applicationName);
      await lockChain(client, this.#chain, chainWaitMs);
      return { client, head: await readHead(client, this.#chain) };
    } catch (error) {
      client.close();
      throw error;
    }
  }
}

async function prepareSession(client: PostgresClient, applicationName: string): Promise<void> {
  // A server that acknowledges before the disk has it could lose what we have acknowledged.
  await client.query({
    text: `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local')`,
  });
  // The server is to notice soon when we are gone, for it holds our lock until then.
  for (const [name, value] of [
    ['tcp_keepalives_idle', '10'],
    ['tcp_keepalives_interval', '5'],
    ['tcp_keepalives_count', '3'],
  ]) {
    await client.query({ text: 'select set_config($1, $2, false)', values: [name, value] });
  }
  // Our own earlier connection, if the server does not know yet that it was lost.
  await client.query({
    text: `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = $1 and pid <> pg_backend_pid()`,
    values: [applicationName],
  });
}

async function lockChain(client: PostgresClient, chain: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const { rows } = await client.query({
      text: 'select pg_try_advisory_lock($1::int, hashtext($2)) as locked',
      values: [LOCK_CLASS, chain],
    });
    const [row] = rows as readonly { readonly locked: boolean }[];
    if (row?.locked === true) return;
    if (performance.now() > deadline) {
      throw new StoreStartError(
        `Another Daypass process writes the audit chain "${chain}" in this database. Give each node a name of its own, or stop the other one.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readHead(client: PostgresClient, chain: string): Promise<ChainHead> {
  const { rows } = await client.query({
    text: 'select sequence, hash from audit_chains where chain = $1',
    values: [chain],
  });
  const [row] = rows as readonly ChainHead[];
  return row === undefined ? EMPTY_CHAIN : { sequence: row.sequence, hash: row.hash };
}

function writerOver(client: PostgresClient, chain: string): WriterConnection {
  const execute = async (text: string): Promise<void> => {
    await client.query({ text });
  };
  return {
    begin: () => execute('begin'),
    commit: () => execute('commit'),
    rollback: () => (client.lost ? undefined : execute('rollback')),
    savepoint: () => execute('savepoint unit'),
    release: () => execute('release savepoint unit'),
    rollbackToSavepoint: () => execute('rollback to savepoint unit'),
    async run({ sql, parameters }) {
      return (await client.query({ text: sql, values: parameters })).rowCount;
    },
    appendAudit: (rows, from) => appendAudit(client, { chain, rows, from }),
    scopeOf,
  };
}

/** In one round trip; nothing is inserted where the chain does not end at `from`. */
async function appendAudit(
  client: PostgresClient,
  append: { readonly chain: string; readonly rows: readonly AuditRow[]; readonly from: ChainHead },
): Promise<void> {
  const { chain, rows, from } = append;
  const last = rows.at(-1) ?? from;
  const { rowCount } = await client.query({
    name: 'append-audit',
    text: `with moved as (
             insert into audit_chains (chain, sequence, hash) values ($1, $2, $3)
             on conflict (chain) do update set sequence = excluded.sequence, hash = excluded.hash
             where audit_chains.sequence = $4 and audit_chains.hash = $5
             returning 1
           )
           insert into audit_events (chain, sequence, hash, at, name, text)
           select $1, row.* from unnest($6::bigint[], $7::text[], $8::bigint[], $9::text[], $10::text[]) as row
           where exists (select from moved)`,
    values: [
      chain,
      last.sequence,
      last.hash,
      from.sequence,
      from.hash,
      rows.map((row) => row.sequence),
      rows.map((row) => row.hash),
      rows.map((row) => row.at),
      rows.map((row) => row.name),
      rows.map((row) => row.text),
    ],
  });
  if (rowCount !== rows.length) throw new Error('another process has written to this audit chain');
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; the first two characters are the class. */
function sqlState(error: unknown): string {
  const state = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof state === 'string' ? state : '';
}

/** Data, integrity, syntax, unsupported: what only the unit itself can be blamed for. */
const UNIT_CLASSES: ReadonlySet<string> = new Set(['22', '23', '42', '0A']);

function scopeOf(error: unknown): FailureScope {
  const state = sqlState(error);
  if (state === '23505') return 'duplicate';
  return state.length === 5 && UNIT_CLASSES.has(state.slice(0, 2)) ? 'unit' : 'group';
}

/** A deadlock, or a serialization failure. */
function isConflict(error: unknown): boolean {
  return ['40P01', '40001'].includes(sqlState(error));
}
