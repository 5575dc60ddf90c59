/** Connections to Postgres, by `pg`: a pool for reads, one for migrating, one connection for the writer. */
import type { PostgresPool } from 'kysely';
import pg from 'pg';
import type { ClientConfig } from 'pg';
import type { Secret } from '../lib/secret.ts';
import { StoreStartError } from './store-start-error.ts';

export interface PostgresQuery {
  /** Prepared once a connection under this name. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

export interface PostgresRows {
  readonly rows: readonly unknown[];
  readonly rowCount: number;
}

export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresRows>;
  /** True once the connection is lost or was closed. */
  readonly lost: boolean;
  /** At once: what is running fails. */
  close(): void;
}

export interface PostgresDriver {
  readonly readers: PostgresPool & { query(query: PostgresQuery): Promise<PostgresRows> };
  /** A pool without a time limit on statements, to be ended after use. */
  poolForMigration(): PostgresPool;
  connectWriter(applicationName: string): Promise<PostgresClient>;
  /** For messages: where the database is, without credentials. */
  readonly place: string;
}

const CONNECT_TIMEOUT_MS = 3000;
const STATEMENT_TIMEOUT_MS = 3000;
/** How long another node's migration is waited for. */
const MIGRATION_LOCK_TIMEOUT_MS = 60_000;
const READERS = 10;

export function createPostgresDriver(url: Secret): PostgresDriver {
  const connectionString = url.reveal();
  const place = placeOf(connectionString);
  // Our 64-bit integers are times and sequence numbers, far below 2^53.
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const common: ClientConfig = {
    connectionString,
    types,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
  const limited: ClientConfig = {
    ...common,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 500,
  };
  const readers = quietPool({ ...limited, application_name: 'daypass reader', max: READERS });
  return {
    place,
    readers: {
      connect: () => readers.connect(),
      end: () => readers.end(),
      query: async ({ name, text, values }) => counted(await readers.query(config({ name, text, values }))),
    },
    poolForMigration: () =>
      quietPool({
        ...common,
        application_name: 'daypass migration',
        lock_timeout: MIGRATION_LOCK_TIMEOUT_MS,
        max: 1,
      }),
    connectWriter: (applicationName) =>
      connectWriter({
        ...limited,
        application_name: applicationName,
        idle_in_transaction_session_timeout: 10_000,
      }),
  };
}

async function connectWriter(settings: ClientConfig): Promise<PostgresClient> {
  const client = new pg.Client(settings);
  let lost = false;
  client.on('error', () => {
    lost = true;
  });
  client.on('end', () => {
    lost = true;
  });
  await client.connect();
  return {
    query: async (query) => counted(await client.query(config(query))),
    get lost() {
      return lost;
    },
    close() {
      lost = true;
      // With a query under way, pg drops the connection instead of waiting for it.
      client.end().catch(() => undefined);
    },
  };
}

/** An idle connection that breaks is replaced by the pool; without a listener it would end the process. */
function quietPool(settings: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(settings);
  pool.on('error', () => undefined);
  return pool;
}

function config(query: {
  readonly name?: string | undefined;
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
}): pg.QueryConfig {
  const { name, text, values } = query;
  return { text, values: [...(values ?? [])], ...(name === undefined ? {} : { name }) };
}

function counted(result: pg.QueryResult<pg.QueryResultRow>): PostgresRows {
  return { rows: result.rows, rowCount: result.rowCount ?? 0 };
}

/** The URL holds a password, so no error may carry it. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) {
    throw new StoreStartError(
      'The store is not a URL that can be read. Write postgres://user:password@host:5432/database',
    );
  }
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
