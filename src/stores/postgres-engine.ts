/** Postgres: reads through a pool, writes over one connection of this node. */
import { Kysely, PostgresDialect } from 'kysely';
import type { Engine } from './database.ts';
import { messageOf } from './error-message.ts';
import { migrate } from './migrate.ts';
import type { PostgresDriver } from './postgres-driver.ts';
import { PostgresGroupWriter } from './postgres-group-writer.ts';
import type { Schema } from './schema.ts';
import { StoreStartError } from './store-start-error.ts';

/** A node that is replaced may still be draining under its name. */
const CHAIN_WAIT_MS = 3000;

/** @param node names the audit chain. */
export async function openPostgresEngine(driver: PostgresDriver, node: string): Promise<Engine> {
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: driver.readers }) });
  const writer = new PostgresGroupWriter(driver, node);
  try {
    await migrateOver(driver);
    await writer.start(CHAIN_WAIT_MS);
  } catch (error) {
    writer.close();
    await kysely.destroy();
    throw startError(driver, error);
  }
  return {
    dialect: 'postgres',
    kysely,
    rows: async (name, text, values) => (await driver.readers.query({ name, text, values })).rows,
    commit: (units) => writer.commit(units),
    async close() {
      writer.close();
      await kysely.destroy();
    },
  };
}

async function migrateOver(driver: PostgresDriver): Promise<void> {
  const migrating = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: driver.poolForMigration() }) });
  try {
    await migrate(migrating);
  } finally {
    await migrating.destroy();
  }
}

function startError(driver: PostgresDriver, error: unknown): StoreStartError {
  if (error instanceof StoreStartError) return error;
  return new StoreStartError(
    `The database ${driver.place} cannot be used (${messageOf(error)}). Check that it runs, its address, user and password.`,
    error,
  );
}
