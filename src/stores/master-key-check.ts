/** A wrong master key is found at start, not when somebody's session cannot be opened. */
import { BrokerError } from '../core/errors.ts';
import type { Sealer } from '../lib/seal.ts';
import { SealError } from '../lib/seal.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { StoreStartError } from './store-start-error.ts';

const ID = 'master-key';
const CONTEXT = 'key_checks/sealed/master-key';
const TEXT = 'The master key fits.';

/** The first write and the first read, so it also shows whether the store can do both. */
export async function checkMasterKey(database: Database, sealer: Sealer): Promise<void> {
  try {
    await compareKeys(database, sealer);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    throw new StoreStartError(`The store cannot be used: ${error.detail ?? error.message}`, error);
  }
}

async function compareKeys(database: Database, sealer: Sealer): Promise<void> {
  const kept = await readCheck(database);
  if (kept === undefined) {
    const insert = database.build
      .insertInto('key_checks')
      .values({ id: ID, sealed: sealer.seal(TEXT, CONTEXT) })
      .onConflict((conflict) => conflict.doNothing());
    await database.write([statement(insert)]);
  }
  const sealed = kept ?? (await readCheck(database));
  try {
    if (sealed !== undefined && sealer.open(sealed, CONTEXT) === TEXT) return;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new StoreStartError(`The master key does not fit this database: ${error.message}`, error);
  }
  throw new StoreStartError('The master key could not be checked against this database.');
}

async function readCheck(database: Database): Promise<string | undefined> {
  const row = await database.read((db) =>
    db.selectFrom('key_checks').select('sealed').where('id', '=', ID).executeTakeFirst(),
  );
  return row?.sealed;
}
