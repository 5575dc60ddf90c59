import { Migrator, sql } from 'kysely';
import type { Kysely, Migration } from 'kysely';
import { messageOf } from './error-message.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Schema } from './schema.ts';
import { StoreStartError } from './store-start-error.ts';

const MIGRATION_TABLE = 'daypass_migrations';

/**
 * Brings the schema up to date, all of it or nothing. On Postgres the migrator's advisory lock lets one node
 * migrate while others wait; on SQLite no other process has the database open.
 */
export async function migrate(
  db: Kysely<Schema>,
  migrations: Readonly<Record<string, Migration>> = MIGRATIONS,
): Promise<void> {
  await refuseNewerSchema(db, migrations);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: 'daypass_migration_lock',
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  // Another node may have migrated to a newer schema since the first look.
  await refuseNewerSchema(db, migrations);
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const which = failed === undefined ? 'Bringing the database up to date' : `The migration ${failed}`;
  throw new StoreStartError(`${which} failed; nothing was changed: ${messageOf(error)}`, error);
}

/** An older program would misread what a newer one has written. */
async function refuseNewerSchema(
  db: Kysely<Schema>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === MIGRATION_TABLE)) return;
  const executed = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)}`.execute(db);
  const unknown = executed.rows.map((row) => row.name).filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length === 0) return;
  const newest = Object.keys(migrations).sort().at(-1) ?? 'none';
  throw new StoreStartError(
    `The database was last used by a newer Daypass: it has the migration ${unknown.sort().join(', ')}, ` +
      `this program knows them up to ${newest}. Run that version or a newer one, or restore the backup made before the upgrade.`,
  );
}
