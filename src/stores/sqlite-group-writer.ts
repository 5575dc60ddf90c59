/** Commits groups to SQLite over one connection that it opens, and opens again after a fault. */
import { EMPTY_CHAIN } from '../core/audit-chain.ts';
import type { AuditRow, ChainHead } from '../core/audit-chain.ts';
import { commitGroup, failedGroup } from './commit-group.ts';
import type { FailureScope, GroupResult, WriterConnection } from './commit-group.ts';
import { messageOf } from './error-message.ts';
import { SQLITE, SqliteConnection, isUniqueViolation, primaryCode } from './sqlite-connection.ts';
import type { Outcome, Statement, WriteUnit } from './write-unit.ts';

/** Below the time after which a write is given up, so that a lock of another process is told as such. */
const BUSY_TIMEOUT_MS = 2000;

/** What only the unit itself can be blamed for. */
const UNIT_CODES: ReadonlySet<number> = new Set([
  SQLITE.ERROR,
  SQLITE.CONSTRAINT,
  SQLITE.MISMATCH,
  SQLITE.TOOBIG,
  SQLITE.RANGE,
]);

/** After these the connection itself is in order: only the lock or the space was missing. */
const PASSING_CODES: ReadonlySet<number> = new Set([SQLITE.BUSY, SQLITE.LOCKED, SQLITE.FULL]);

export interface GroupReply {
  readonly outcomes: readonly Outcome[];
  /** Why the whole group failed. */
  readonly failure: string | undefined;
}

export class SqliteGroupWriter {
  readonly #file: string;
  readonly #chain: string;
  #connection: SqliteConnection | undefined;
  /** Unknown after a fault: then it is read again. */
  #head: ChainHead | undefined;

  constructor(options: { readonly file: string; readonly chain: string }) {
    this.#file = options.file;
    this.#chain = options.chain;
  }

  async commit(units: readonly WriteUnit[]): Promise<GroupReply> {
    const { outcomes, failure } = await this.#attempt(units);
    if (failure === undefined) return { outcomes, failure };
    this.#recover(failure);
    return { outcomes, failure: messageOf(failure) };
  }

  async #attempt(units: readonly WriteUnit[]): Promise<GroupResult> {
    try {
      const connection = (this.#connection ??= this.#open());
      this.#head ??= readHead(connection, this.#chain);
      const chain = { name: this.#chain, head: this.#head };
      const result = await commitGroup(writerOver(connection, this.#chain), units, chain);
      this.#head = result.head;
      return result;
    } catch (error) {
      return failedGroup(units, EMPTY_CHAIN, error);
    }
  }

  /** Leaves a database that is whole without its write-ahead log. */
  close(): void {
    try {
      this.#connection?.checkpoint();
    } catch {
      // Locked or full: the log stays, and is read at the next start.
    }
    this.#drop();
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #open(): SqliteConnection {
    return new SqliteConnection({ file: this.#file, busyTimeoutMs: BUSY_TIMEOUT_MS });
  }

  #recover(failure: unknown): void {
    this.#head = undefined;
    // Closing would not release its lock: SQLite keeps a connection alive until its statements are collected.
    // Nobody catches this, so the thread ends, and the lock with it.
    if (this.#connection?.inTransaction === true) throw new Error('a transaction could not be undone');
    if (!PASSING_CODES.has(primaryCode(failure) ?? 0)) this.#drop();
  }
}

function readHead(connection: SqliteConnection, chain: string): ChainHead {
  const rows = connection.all('select sequence, hash from audit_chains where chain = ?', [chain]);
  const [row] = rows as { readonly sequence: number; readonly hash: string }[];
  return row === undefined ? EMPTY_CHAIN : { sequence: row.sequence, hash: row.hash };
}

function writerOver(connection: SqliteConnection, chain: string): WriterConnection {
  const execute = (sql: string): void => {
    connection.prepare(sql).run();
  };
  return {
    begin: () => execute('begin immediate'),
    commit: () => execute('commit'),
    rollback: () => {
      if (connection.inTransaction) execute('rollback');
    },
    savepoint: () => execute('savepoint unit'),
    release: () => execute('release unit'),
    rollbackToSavepoint: () => execute('rollback to unit'),
    run: (statement: Statement) => connection.run(statement),
    appendAudit: (rows, from) => appendAudit(connection, { chain, rows, from }),
    scopeOf: (error) => scopeOf(error, connection),
  };
}

function appendAudit(
  connection: SqliteConnection,
  append: { readonly chain: string; readonly rows: readonly AuditRow[]; readonly from: ChainHead },
): void {
  const insert = connection.prepare(
    'insert into audit_events (chain, sequence, hash, at, name, text) values (?, ?, ?, ?, ?, ?)',
  );
  for (const row of append.rows) insert.run(row.chain, row.sequence, row.hash, row.at, row.name, row.text);
  const last = append.rows.at(-1) ?? append.from;
  const moved = connection
    .prepare(
      `insert into audit_chains (chain, sequence, hash) values (?, ?, ?)
       on conflict (chain) do update set sequence = excluded.sequence, hash = excluded.hash
       where audit_chains.sequence = ? and audit_chains.hash = ?`,
    )
    .run(append.chain, last.sequence, last.hash, append.from.sequence, append.from.hash);
  if (moved.changes !== 1) throw new Error('another process has written to this audit chain');
}

function scopeOf(error: unknown, connection: SqliteConnection): FailureScope {
  // Some faults make SQLite undo the whole transaction by itself.
  if (!connection.inTransaction) return 'group';
  if (isUniqueViolation(error)) return 'duplicate';
  const code = primaryCode(error);
  return code === undefined || UNIT_CODES.has(code) ? 'unit' : 'group';
}
