import type { Selectable } from 'kysely';
import type { CatalogueDifference } from '../core/catalogue-difference.ts';
import { catalogueSchema, type Catalogue } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import { parseCatalogue } from '../core/parse-catalogue.ts';
import {
  MAXIMUM_LISTED_VERSIONS,
  type CatalogueApproval,
  type CatalogueAuthorship,
  type CatalogueStore,
  type CatalogueVersion,
} from '../core/ports/stores.ts';
import type { Standing } from '../core/principal.ts';
import { closeProposal } from './change-proposal-store.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import { personCheck, standingChecks, standingEnded } from './standing-checks.ts';
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
  const checkStanding = standingChecks(database);
  return {
    async version() {
      if (known !== undefined) return known;
      const [row] = await newestVersion();
      const version = row?.version ?? 0;
      if (alone) known = version;
      return version;
    },
    async load(wanted, known) {
      const row = await findVersion(database, wanted);
      if (row === undefined) return undefined;
      const { version, seed_hash: seedHash } = row;
      return {
        version,
        catalogue: catalogueOf(row.catalogue, version, known),
        seedHash: seedHash ?? undefined,
      };
    },
    ...differencesIn(database),
    list: (before) => listVersions(database, before),
    async save(saved) {
      const { expectedVersion, standing, approval, event } = saved;
      const version = expectedVersion + 1;
      // The key refuses an older `expectedVersion`, the check one that never was.
      const checks = standing === undefined ? [] : checkStanding(standing, event.at);
      const statements = [
        stillNewest(database, expectedVersion),
        ...checks,
        ...(approval === undefined ? [] : approving(database, approval)),
        insertVersion(database, version, saved),
      ];
      const result = await database.write(statements, [auditEntry(event)]).catch((error: unknown) => {
        alone = false;
        known = undefined;
        throw error;
      });
      if (result.status === 'committed') {
        if (alone) known = version;
        return version;
      }
      throw result.status === 'unmet' && result.statement > 0
        ? whatDidNotHold(result.statement - 1 - checks.length, standing)
        : new BrokerError('catalogue.stale');
    },
  };
}

function insertVersion(
  database: Database,
  version: number,
  { catalogue, difference, seedHash, authorship, event }: Parameters<CatalogueStore['save']>[0],
): Statement {
  const row = {
    version,
    catalogue: JSON.stringify(catalogue),
    seed_hash: seedHash ?? null,
    created_at: event.at.getTime(),
    change: authorship === undefined ? null : JSON.stringify(authorship),
    difference: difference === undefined ? null : JSON.stringify(difference),
  };
  return statement(database.build.insertInto('catalogue_versions').values(row));
}

/** By its place after the checks of the standing. */
function whatDidNotHold(place: number, standing: Standing | undefined): BrokerError {
  if (place < 0) return standingEnded(standing);
  return new BrokerError(place === 0 ? 'proposal.author' : 'proposal.closed');
}

/** In this order, by which `whatDidNotHold` tells them apart. */
function approving(database: Database, { proposalId, author, decision }: CatalogueApproval): Statement[] {
  return [personCheck(database, author), closeProposal(database, proposalId, { state: 'applied', decision })];
}

function findVersion(
  database: Database,
  wanted: number | undefined,
): Promise<
  Pick<Selectable<Schema['catalogue_versions']>, 'version' | 'catalogue' | 'seed_hash'> | undefined
> {
  return database.read((db) =>
    db
      .selectFrom('catalogue_versions')
      .select(['version', 'catalogue', 'seed_hash'])
      .$if(wanted !== undefined, (query) => query.where('version', '=', wanted ?? 0))
      .orderBy('version', 'desc')
      .executeTakeFirst(),
  );
}

function differencesIn(database: Database): Pick<CatalogueStore, 'difference' | 'keepDifference'> {
  return {
    difference: (version) => findDifference(database, version),
    async keepDifference(version, difference) {
      const update = database.build
        .updateTable('catalogue_versions')
        .set({ difference: JSON.stringify(difference) })
        .where('version', '=', version)
        .where('difference', 'is', null);
      await database.write([statement(update)]);
    },
  };
}

async function findDifference(database: Database, version: number): Promise<CatalogueDifference | undefined> {
  const row = await database.read((db) =>
    db
      .selectFrom('catalogue_versions')
      .select('difference')
      .where('version', '=', version)
      .executeTakeFirst(),
  );
  const text = row?.difference ?? null;
  return text === null ? undefined : (JSON.parse(text) as CatalogueDifference);
}

async function listVersions(database: Database, before: number | undefined): Promise<CatalogueVersion[]> {
  const rows = await database.read((db) =>
    db
      .selectFrom('catalogue_versions')
      .select(['version', 'created_at', 'change'])
      .$if(before !== undefined, (query) => query.where('version', '<', before ?? 0))
      .orderBy('version', 'desc')
      .limit(MAXIMUM_LISTED_VERSIONS)
      .execute(),
  );
  return rows.map(({ version, created_at: createdAt, change }) => ({
    version,
    at: new Date(createdAt),
    ...(change === null ? {} : (JSON.parse(change) as CatalogueAuthorship)),
  }));
}

function stillNewest(database: Database, expectedVersion: number): Statement {
  const query = database.build
    .selectFrom('catalogue_versions')
    .select('version')
    .where('version', '>=', expectedVersion)
    .limit(2);
  return { ...statement(query, expectedVersion === 0 ? 0 : 1), readOnly: true };
}

const NOTHING = catalogueSchema.parse({});

function catalogueOf(text: string, version: number, known = NOTHING): Catalogue {
  const { catalogue, problems } = parseCatalogue(JSON.parse(text), known);
  if (catalogue !== undefined) return catalogue;
  const where = problems.map(({ path }) => path.join('.')).join(', ');
  throw new BrokerError('catalogue.invalid', { detail: `version ${version} does not fit at ${where}` });
}
