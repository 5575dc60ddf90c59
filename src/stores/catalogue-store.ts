import { catalogueSchema } from '../core/catalogue.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import type { CatalogueStore } from '../core/ports/stores.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { auditEntry } from './write-unit.ts';
import type { Statement } from './write-unit.ts';

/** Every version is kept: what was in force when is part of the record. */
export function createCatalogueStore(database: Database): CatalogueStore {
  const newestVersion = database.prepare(
    'newest-catalogue-version',
    database.build
      .selectFrom('catalogue_versions')
      .select((query) => query.fn.max('version').as('version'))
      .compile(),
  );
  // A SQLite file has one process, so what this one wrote last is the newest. Postgres is asked every time, and so
  // is SQLite once a write's end was not told: it may still come.
  let alone = database.dialect === 'sqlite';
  let known: number | undefined;
  return {
    async version() {
      if (known !== undefined) return known;
      const [row] = await newestVersion();
      const version = row?.version ?? 0;
      if (alone) known = version;
      return version;
    },
    async load() {
      const row = await database.read((db) =>
        db.selectFrom('catalogue_versions').selectAll().orderBy('version', 'desc').executeTakeFirst(),
      );
      if (row === undefined) return undefined;
      const { version, seed_hash: seedHash } = row;
      return { version, catalogue: parseCatalogue(row.catalogue, version), seedHash: seedHash ?? undefined };
    },
    async save({ catalogue, expectedVersion, seedHash, event }) {
      const version = expectedVersion + 1;
      const insert = database.build.insertInto('catalogue_versions').values({
        version,
        catalogue: JSON.stringify(catalogue),
        seed_hash: seedHash ?? null,
        created_at: event.at.getTime(),
      });
      // The key refuses an older `expectedVersion`, the check one that never was.
      const statements = [stillNewest(database, expectedVersion), statement(insert)];
      const result = await database.write(statements, [auditEntry(event)]).catch((error: unknown) => {
        alone = false;
        known = undefined;
        throw error;
      });
      if (result.status === 'committed') {
        if (alone) known = version;
        return version;
      }
      throw new BrokerError('request.malformed', {
        hint: 'The catalogue was changed by somebody else meanwhile. Look at it again, then repeat your change.',
      });
    },
  };
}

function stillNewest(database: Database, expectedVersion: number): Statement {
  const query = database.build
    .selectFrom('catalogue_versions')
    .select('version')
    .where('version', '>=', expectedVersion)
    .limit(2);
  return { ...statement(query, expectedVersion === 0 ? 0 : 1), readOnly: true };
}

function parseCatalogue(text: string, version: number): Catalogue {
  const parsed = catalogueSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new BrokerError('catalogue.invalid', { detail: `version ${version} does not fit at ${where}` });
}
