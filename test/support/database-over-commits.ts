import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { Database } from '../../src/stores/database.ts';
import type { CommitUnits } from '../../src/stores/write-queue.ts';

/** A database that reads nothing, and of which a test says how writes end. */
export function databaseOverCommits(commit: CommitUnits): Database {
  const engine = {
    dialect: 'sqlite',
    kysely: new Kysely<never>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    }),
    rows: () => Promise.resolve([]),
    commit,
    close: () => Promise.resolve(),
  } as const;
  return new Database(engine, () => undefined);
}
