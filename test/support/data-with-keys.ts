/**
 * A data directory as it is after a start that made its keys, and nothing else: a copy of it saves a broker the second
 * of CPU that RSA keys take.
 */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { loadIdentityProviderKeys } from '../../src/sandbox/identity-providers/signing-keys.ts';
import { createSigning } from '../../src/signing/create-signing.ts';
import { openDataDirectory } from './open-data-directory.ts';

let made: Promise<string> | undefined;

/** @param dataDir is made; nothing may be there yet. */
export async function copyDataWithKeys(dataDir: string): Promise<void> {
  await cp(await (made ??= make()), dataDir, { recursive: true, errorOnExist: true, force: false });
}

async function make(): Promise<string> {
  // Named by the global set-up, which removes it.
  const directory = await mkdtemp(join(process.env['DAYPASS_TEST_RUN'] ?? tmpdir(), 'keys-'));
  await writeFile(join(directory, 'master.key'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  await mkdir(join(directory, 'sandbox'), { mode: 0o700 });
  await loadIdentityProviderKeys(join(directory, 'sandbox'), new Date());
  const stores = await openDataDirectory(directory);
  const signing = createSigning({
    // Keys hang on no address.
    baseUrl: 'http://localhost',
    store: stores.signingKeys,
    clock: { now: () => new Date() },
    activeDays: 365,
    overlapDays: 30,
  });
  await signing.maintain().finally(() => stores.close());
  return withoutHandles(directory);
}

/** A closed database's files go, or stay, as its last statements are collected: what is copied must not change. */
async function withoutHandles(directory: string): Promise<string> {
  const still = `${directory}-still`;
  await cp(directory, still, {
    recursive: true,
    filter: (source) => !basename(source).startsWith('daypass.db'),
  });
  const database = new DatabaseSync(join(directory, 'daypass.db'));
  database.exec(`vacuum into '${join(still, 'daypass.db')}'`);
  database.close();
  return still;
}
