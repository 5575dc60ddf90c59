/** SQLite: reads on this thread over a read-only connection, writes in the writer's thread. */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf } from './error-message.ts';
import type { Engine } from './database.ts';
import { migrate } from './migrate.ts';
import { SQLITE, SqliteConnection, primaryCode } from './sqlite-connection.ts';
import { kyselyOverSqlite } from './sqlite-dialect.ts';
import { cannotWrite, createPrivateFile, lockForThisProcess } from './sqlite-files.ts';
import { SqliteWriterThread } from './sqlite-writer-thread.ts';
import { StoreStartError } from './store-start-error.ts';

export interface SqliteEngineOptions {
  readonly file: string;
  /** Names the audit chain. */
  readonly node: string;
  /** The writer's program; without it, the one that was built. */
  readonly writerFile?: URL;
}

/** Short, for it blocks everything: in WAL mode readers wait for nobody but a recovery. */
const READER_BUSY_TIMEOUT_MS = 250;
const START_BUSY_TIMEOUT_MS = 3000;
/** The whole file is checked at start while that takes a fraction of a second. */
const CHECKED_AT_START_BYTES = 64 * 1024 * 1024;

export async function openSqliteEngine(options: SqliteEngineOptions): Promise<Engine> {
  const { file } = options;
  const lock = lockForThisProcess(file);
  try {
    createPrivateFile(file);
    await prepareFile(file);
    const thread = new SqliteWriterThread(options.writerFile ?? builtWriter(), { file, chain: options.node });
    await startWriter(thread, file);
    const reader = new SqliteConnection({ file, readOnly: true, busyTimeoutMs: READER_BUSY_TIMEOUT_MS });
    const close = async (): Promise<void> => {
      // The writer last: it is the one that may fold the write-ahead log into the database.
      reader.close();
      await thread.close();
      lock.release();
    };
    return engineOver({ reader, thread, close });
  } catch (error) {
    lock.release();
    throw startError(file, error);
  }
}

function engineOver(parts: {
  readonly reader: SqliteConnection;
  readonly thread: SqliteWriterThread;
  readonly close: () => Promise<void>;
}): Engine {
  const { reader, thread, close } = parts;
  return {
    dialect: 'sqlite',
    kysely: kyselyOverSqlite(reader),
    rows: (_name, sql, parameters) =>
      new Promise((resolve) => {
        resolve(reader.all(sql, parameters));
      }),
    commit: async (units) => (await thread.commit(units)).outcomes,
    close,
  };
}

/** Checks the file and brings its schema up to date, over a connection that is closed again. */
async function prepareFile(file: string): Promise<void> {
  const connection = new SqliteConnection({ file, busyTimeoutMs: START_BUSY_TIMEOUT_MS });
  try {
    checkIntegrity(connection, file);
    await migrate(kyselyOverSqlite(connection));
    checkWritable(connection);
  } finally {
    connection.close();
  }
}

function checkIntegrity(connection: SqliteConnection, file: string): void {
  if (statSync(file).size > CHECKED_AT_START_BYTES) return;
  const [row] = connection.all('pragma quick_check(1)', []) as { readonly quick_check: string }[];
  if (row?.quick_check !== 'ok') throw corrupt(file, row?.quick_check ?? 'no answer');
}

function checkWritable(connection: SqliteConnection): void {
  connection.prepare('begin immediate').run();
  connection.prepare('rollback').run();
}

/** A group of nothing: the thread is up and can open the database. */
async function startWriter(thread: SqliteWriterThread, file: string): Promise<void> {
  const { failure } = await thread.commit([]);
  if (failure === undefined) return;
  await thread.close();
  throw cannotWrite(file, new Error(failure));
}

function startError(file: string, error: unknown): StoreStartError {
  if (error instanceof StoreStartError) return error;
  switch (primaryCode(error)) {
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return corrupt(file, messageOf(error), error);
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new StoreStartError(
        `The database ${file} is locked by another process. Stop it and try again.`,
        error,
      );
    default:
      return cannotWrite(file, error);
  }
}

function corrupt(file: string, what: string, cause?: unknown): StoreStartError {
  return new StoreStartError(
    `The database ${file} is damaged (${what.replaceAll(/\s+/g, ' ')}). Nothing was changed: restore it from a backup, or move it away to start anew.`,
    cause,
  );
}

/** Beside this program's bundle; from source, where the build puts it. */
function builtWriter(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  const program = new URL(fromSource ? '../../dist/sqlite-writer.js' : './sqlite-writer.js', import.meta.url);
  try {
    statSync(program);
  } catch {
    throw new StoreStartError(
      `The writer's program ${fileURLToPath(program)} is missing. Run: npm run build`,
    );
  }
  return program;
}
