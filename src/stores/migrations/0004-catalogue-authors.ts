import type { Kysely, Migration } from 'kysely';

/** Who made each version of the catalogue, and why, as JSON; unknown of the seed's. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('catalogue_versions').addColumn('change', 'text').execute();
}

export const catalogueAuthors: Migration = { up };
