import type { Kysely, Migration } from 'kysely';

/** What was found when each role was last tried out. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('role_checks')
    .addColumn('role_id', 'text', (column) => column.primaryKey())
    .addColumn('checked_at', 'bigint', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .execute();
}

export const roleChecks: Migration = { up };
