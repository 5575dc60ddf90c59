import type { Kysely, Migration } from 'kysely';

/** Changes of the catalogue that somebody else has to approve. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('proposed_changes')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('difference', 'text', (column) => column.notNull())
    .addColumn('catalogue', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('decision', 'text')
    .execute();
  await db.schema
    .createIndex('proposed_changes_by_expires_at')
    .on('proposed_changes')
    .columns(['expires_at'])
    .execute();
}

export const proposedChanges: Migration = { up };
