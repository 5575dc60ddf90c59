import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { expect, it } from 'vitest';
import { Database } from '../../src/stores/database.ts';
import { createRateLimitStore } from '../../src/stores/rate-limit-store.ts';
import type { WriteUnit } from '../../src/stores/write-unit.ts';

it('a limit’s statement is one text for all keys and moments: each text is kept prepared', async () => {
  const sent: WriteUnit[] = [];
  const database = new Database(
    {
      dialect: 'sqlite',
      kysely: new Kysely({
        dialect: {
          createAdapter: () => new SqliteAdapter(),
          createDriver: () => new DummyDriver(),
          createIntrospector: (db) => new SqliteIntrospector(db),
          createQueryCompiler: () => new SqliteQueryCompiler(),
        },
      }),
      rows: () => Promise.resolve([]),
      commit: (units) => {
        sent.push(...units);
        return Promise.resolve(units.map(() => ({ status: 'committed', rows: 1 })));
      },
      close: () => Promise.resolve(),
    },
    () => undefined,
  );
  const store = createRateLimitStore(database);
  await store.take('one', { burst: 10, perMinute: 60 }, new Date(1_000));
  await store.take('another', { burst: 20, perMinute: 7 }, new Date(2_000));
  const texts = sent.flatMap(({ statements }) => statements.map(({ sql }) => sql));
  expect(texts).toHaveLength(2);
  expect(new Set(texts).size).toBe(1);
});
