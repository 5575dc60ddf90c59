import { sql, type Kysely, type Migration } from 'kysely';
import { searchTextOf } from '../person-text.ts';

/** Whom administrators disabled; and what people are found by, newest sign-in first. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('people').addColumn('disabled', 'text').execute();
  await db.schema
    .alterTable('people')
    .addColumn('search_text', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .createIndex('people_by_signed_in_at')
    .on('people')
    .columns(['signed_in_at', 'connector_id', 'subject_hash'])
    .execute();
  await fillSearchTexts(db);
}

interface Row {
  readonly connector_id: string;
  readonly subject_hash: string;
  readonly identity: string;
}

async function fillSearchTexts(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<Row>`select connector_id, subject_hash, identity from people`.execute(db);
  for (const { connector_id: connector, subject_hash: subject, identity } of rows) {
    await sql`update people set search_text = ${searchTextOf(identity)}
      where connector_id = ${connector} and subject_hash = ${subject}`.execute(db);
  }
}

export const disabledPeople: Migration = { up };
