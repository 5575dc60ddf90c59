import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stores } from '../../src/core/ports/stores.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openStores } from '../../src/stores/open-stores.ts';

/** The stores of a data directory whose process has ended. */
export async function openDataDirectory(dataDir: string): Promise<Stores> {
  const key = await readFile(join(dataDir, 'master.key'), 'utf8');
  return openStores({
    store: { kind: 'sqlite', file: join(dataDir, 'daypass.db') },
    node: 'main',
    masterKey: new Secret(key.trim()),
  });
}
