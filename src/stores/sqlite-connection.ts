/** Opening SQLite and speaking to it, for every thread: the writer's, the reader's and the migration's. */
import { DatabaseSync } from '@photostructure/sqlite';
import type { Statement } from './write-unit.ts';
import { sqlValue } from './write-unit.ts';

type PreparedStatement = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>;

export interface SqliteOpening {
  readonly file: string;
  readonly readOnly?: boolean;
  /** How long a lock of another process is waited for; this blocks the thread. */
  readonly busyTimeoutMs: number;
}

/**
 * One connection with its prepared statements, which are few: SQL texts are constants of this program.
 *
 * It holds the DatabaseSync itself: with only statements referenced, the driver's database is collected and
 * every statement fails.
 */
export class SqliteConnection {
  readonly #database: InstanceType<typeof DatabaseSync>;
  readonly #statements = new Map<string, PreparedStatement>();

  constructor(opening: SqliteOpening) {
    const readOnly = opening.readOnly === true;
    this.#database = new DatabaseSync(opening.file, { readOnly, timeout: opening.busyTimeoutMs });
    try {
      this.#configure(readOnly);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #configure(readOnly: boolean): void {
    this.#database.exec('pragma foreign_keys = on; pragma trusted_schema = off');
    if (readOnly) return;
    // FULL: a commit is on disk before it is acknowledged, also in WAL mode. fullfsync matters on macOS alone.
    this.#database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on; pragma journal_size_limit = 67108864',
    );
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  prepare(sql: string): PreparedStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  all(sql: string, parameters: readonly unknown[]): unknown[] {
    return this.prepare(sql).all(...parameters.map(sqlValue)) as unknown[];
  }

  /** @returns how many rows the statement read or changed. */
  run(statement: Statement): number {
    const parameters = statement.parameters.map(sqlValue);
    const prepared = this.prepare(statement.sql);
    return statement.readOnly === true
      ? prepared.all(...parameters).length
      : prepared.run(...parameters).changes;
  }

  /** Moves what is in the write-ahead log into the database, as far as other connections let it. */
  checkpoint(): void {
    this.all('pragma wal_checkpoint(truncate)', []);
  }

  /** The system's handle goes with the last statement that is collected: close what must be closed first. */
  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

/** https://www.sqlite.org/rescode.html; the low byte is the primary code. */
export const SQLITE = {
  ERROR: 1,
  BUSY: 5,
  LOCKED: 6,
  FULL: 13,
  CORRUPT: 11,
  CONSTRAINT: 19,
  MISMATCH: 20,
  TOOBIG: 18,
  RANGE: 25,
  NOTADB: 26,
} as const;

const UNIQUE_CODES: ReadonlySet<number> = new Set([1555, 2067, 2579]);

/** SQLite's extended result code, where the error is one of SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

export function primaryCode(error: unknown): number | undefined {
  const code = sqliteCode(error);
  return code === undefined ? undefined : code & 0xff;
}

export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE_CODES.has(sqliteCode(error) ?? 0);
}
