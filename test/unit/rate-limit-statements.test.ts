import { expect, it } from 'vitest';
import { createRateLimitStore } from '../../src/stores/rate-limit-store.ts';
import type { WriteUnit } from '../../src/stores/write-unit.ts';
import { databaseOverCommits } from '../support/database-over-commits.ts';

it('a limit’s statement is one text for all keys and moments: each text is kept prepared', async () => {
  const sent: WriteUnit[] = [];
  const database = databaseOverCommits((units) => {
    sent.push(...units);
    return Promise.resolve(units.map(() => ({ status: 'committed', rows: 1 })));
  });
  const store = createRateLimitStore(database);
  await store.take('one', { burst: 10, perMinute: 60 }, new Date(1_000));
  await store.take('another', { burst: 20, perMinute: 7 }, new Date(2_000));
  const texts = sent.flatMap(({ statements }) => statements.map(({ sql }) => sql));
  expect(texts).toHaveLength(2);
  expect(new Set(texts).size).toBe(1);
});
