/** The database's files: made for this user alone, and held by one process. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { messageOf } from './error-message.ts';
import { SQLITE, primaryCode } from './sqlite-connection.ts';
import { StoreStartError } from './store-start-error.ts';

const PRIVATE = 0o600;

/** Makes the file where there is none, before SQLite does, so that it never exists with wider rights. */
export function createPrivateFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Exclusive: an existing file is not opened, for closing it would drop this process's locks on it.
    closeSync(openSync(file, 'wx', PRIVATE));
  } catch (error) {
    if (!isAlreadyThere(error)) throw cannotWrite(file, error);
    restrict(file);
  }
}

/** SQLite gives its side files the rights of the database. */
function restrict(file: string): void {
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, PRIVATE);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

export interface FileLock {
  release(): void;
}

/**
 * Keeps a second process from the database: two would each believe to be the only writer. The lock is
 * SQLite's own, on a file beside the database, so the system releases it however this process ends.
 */
export function lockForThisProcess(file: string): FileLock {
  const lockFile = `${file}.lock`;
  createPrivateFile(lockFile);
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(lockFile, { timeout: 500 });
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    if (primaryCode(error) === SQLITE.BUSY) {
      throw new StoreStartError(
        `The database ${file} is in use by another Daypass process. Stop that one, or give this one a data directory of its own.`,
      );
    }
    throw cannotWrite(lockFile, error);
  }
  const held = database;
  return { release: () => held.close() };
}

export function cannotWrite(file: string, error: unknown): StoreStartError {
  return new StoreStartError(
    `The database ${file} cannot be written (${messageOf(error)}). Check the data directory, its owner and its rights.`,
    error,
  );
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
