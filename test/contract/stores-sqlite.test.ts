import { join } from 'node:path';
import { openStores } from '../../src/stores/open-stores.ts';
import { MASTER_KEY, temporaryDirectory } from '../support/store-fixtures.ts';
import { describeStores } from './stores.contract.ts';

describeStores('SQLite', async () => {
  const directory = temporaryDirectory();
  const store = { kind: 'sqlite', file: join(directory.path, 'daypass.db') } as const;
  const stores = await openStores({ store, node: 'node-1', masterKey: MASTER_KEY });
  return {
    stores,
    dispose: async () => {
      await stores.close();
      directory.remove();
    },
  };
});
