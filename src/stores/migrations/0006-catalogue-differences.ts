import type { Kysely, Migration } from 'kysely';

/** What each version changed, as JSON; unknown of the seed's and of older ones. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('catalogue_versions').addColumn('difference', 'text').execute();
}

export const catalogueDifferences: Migration = { up };
