import type { Kysely, Migration } from 'kysely';

/**
 * What people and applications allowed, with the tokens that hang on it; what still waits for a person's word; and
 * the people themselves, as they last signed in. Access tokens of applications, which live for an hour, start anew.
 */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('access_tokens').execute();
  await createAuthorizations(db);
  await createRequests(db);
  await db.schema
    .createTable('people')
    .addColumn('connector_id', 'text', (column) => column.notNull())
    .addColumn('subject_hash', 'text', (column) => column.notNull())
    .addColumn('identity', 'text', (column) => column.notNull())
    .addColumn('authenticated_at', 'bigint', (column) => column.notNull())
    .addColumn('contexts', 'text')
    .addColumn('signed_in_at', 'bigint', (column) => column.notNull())
    .addColumn('refused_at', 'bigint')
    .addPrimaryKeyConstraint('people_pk', ['connector_id', 'subject_hash'])
    .execute();
}

async function createAuthorizations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('authorizations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('application_id', 'text')
    .addColumn('connector_id', 'text')
    .addColumn('subject_hash', 'text')
    .addColumn('person', 'text')
    .addColumn('session_hash', 'text')
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute();
  await index(db, 'authorizations', ['connector_id', 'subject_hash']);
  await index(db, 'authorizations', ['expires_at']);
  await db.schema
    .createTable('tokens')
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('authorization_id', 'text', (column) => column.notNull())
    .addColumn('use', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('replaced_at', 'bigint')
    .execute();
  await index(db, 'tokens', ['expires_at']);
}

async function createRequests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('authorization_requests')
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('user_code_hash', 'text', (column) => column.unique())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('session_hash', 'text')
    .addColumn('authorization_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('polled_at', 'bigint')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'authorization_requests', ['expires_at']);
}

async function index(db: Kysely<unknown>, table: string, columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
    .execute();
}

export const authorizations: Migration = { up };
