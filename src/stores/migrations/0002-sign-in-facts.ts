import type { Kysely, Migration } from 'kysely';

/** What a sign-in session knows of its provider's side, and the buckets of rate limits. */
async function up(db: Kysely<unknown>): Promise<void> {
  // One column a statement: SQLite adds no more at once.
  await addColumn(db, 'contexts');
  await addColumn(db, 'provider_session_hash');
  await addColumn(db, 'connector_state');
  await addColumn(db, 'source_ip');
  await addColumn(db, 'user_agent');
  await db.schema
    .alterTable('sign_in_sessions')
    .addColumn('confirmed_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createIndex('sign_in_sessions_by_connector_id_provider_session_hash')
    .on('sign_in_sessions')
    .columns(['connector_id', 'provider_session_hash'])
    .execute();
  await db.schema
    .createTable('rate_limits')
    .addColumn('key_hash', 'text', (column) => column.primaryKey())
    .addColumn('empty_until', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('rate_limits_by_empty_until').on('rate_limits').column('empty_until').execute();
}

async function addColumn(db: Kysely<unknown>, name: string): Promise<void> {
  await db.schema.alterTable('sign_in_sessions').addColumn(name, 'text').execute();
}

export const signInFacts: Migration = { up };
