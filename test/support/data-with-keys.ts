/**
 * A data directory as it is after a start that made its keys, and nothing else: a copy of it saves a broker the second
 * of CPU that RSA keys take.
 */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  return directory;
}
