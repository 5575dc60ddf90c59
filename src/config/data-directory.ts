/** The data directory, and the master key that is made in it where nobody gave one. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Secret } from '../lib/secret.ts';
import { codeOf, readSecretFile } from './secret-file.ts';
import { masterKeyMistake } from './secret-settings.ts';

type Made<Value> = { readonly value: Value } | { readonly mistake: string };

export function prepareDataDirectory(directory: string): Made<string> {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return { value: directory };
  } catch (error) {
    return { mistake: `${directory} cannot be written (${codeOf(error)})` };
  }
}

/**
 * Each missing parent by itself. Node's own `recursive` tries for ever where the system says of a directory that is
 * there that it is not, as below /proc.
 */
function makeDirectory(directory: string): void {
  if (existsSync(directory) && statSync(directory).isDirectory()) return;
  const parent = dirname(directory);
  if (!existsSync(parent)) makeDirectory(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Unless another process was first.
    if (codeOf(error) !== 'EEXIST' || !statSync(directory).isDirectory()) throw error;
  }
}

/**
 * Reads the key, or makes it on the very first start. A store without its key is refused: a new key could
 * never open what the old one sealed.
 */
export function keepMasterKey(directory: string, storeFile: string | undefined): Made<Secret> {
  const file = join(directory, 'master.key');
  try {
    if (!existsSync(file)) {
      if (storeFile !== undefined && existsSync(storeFile)) {
        return { mistake: `${storeFile} was sealed with a master key that is not here; give that key` };
      }
      makeKey(directory, file);
    }
    return readKey(file);
  } catch (error) {
    return { mistake: `${file} cannot be made or read (${codeOf(error)})` };
  }
}

/** Whole or not at all, whoever else starts at the same moment: the name appears with the content in place. */
function makeKey(directory: string, file: string): void {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(handle, `${randomBytes(32).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
    syncDirectory(directory);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The name too must survive a crash, or the store outlives its key. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function readKey(file: string): Made<Secret> {
  const mode = statSync(file).mode & 0o777;
  // Refused, not repaired: somebody may have read it already, and only the operator can know.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return { mistake: `${file} can be read by others (mode ${mode.toString(8)}); run: chmod 600 ${file}` };
  }
  const read = readSecretFile(file);
  if ('mistake' in read) return read;
  const mistake = masterKeyMistake(read.value);
  return mistake === undefined ? { value: new Secret(read.value) } : { mistake: `${file} ${mistake}` };
}
