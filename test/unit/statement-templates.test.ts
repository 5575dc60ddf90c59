import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../src/stores/schema.ts';
import { StatementTemplates, type BuildStatement } from '../../src/stores/statement-templates.ts';
import type { SqlValue } from '../../src/stores/write-unit.ts';

const kysely = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

type Row = Readonly<Record<'value_hash', string> & Record<'expires_at', number>>;

const spend: BuildStatement<Row> = (build, values) =>
  build.insertInto('one_time_values').values(values).returning('value_hash');

describe('a statement that is filled in', () => {
  it('is what building it each time would give', () => {
    const templates = new StatementTemplates(kysely);
    for (const row of [
      { value_hash: 'a', expires_at: 1 },
      { value_hash: 'b', expires_at: 2 },
    ]) {
      const { sql, parameters } = spend(kysely, row).compile();
      expect(templates.fill('spend', row, spend)).toEqual({ sql, parameters });
    }
  });

  it('may use a value twice, beside constants of its own', () => {
    const fill = (at: number): readonly SqlValue[] =>
      new StatementTemplates(kysely).fill('twice', { at }, (build, values) =>
        build
          .deleteFrom('one_time_values')
          .where('expires_at', '>', values.at)
          .where('expires_at', '>', 7)
          .where('expires_at', '>', values.at),
      ).parameters;
    expect(fill(3)).toEqual([3, 7, 3]);
  });

  it.each([
    ['one value more', { value_hash: 'a', expires_at: 1, note: 'lost' }],
    ['one value less', { value_hash: 'a' }],
    ['another value', { value_hash: 'a', expires: 1 }],
    ['a value that is no SQL value', { value_hash: 'a', expires_at: Number.NaN }],
  ])('takes no row with %s', (_name, row) => {
    const templates = new StatementTemplates(kysely);
    templates.fill('spend', { value_hash: 'a', expires_at: 1 }, spend);
    expect(() => templates.fill('spend', row as unknown as Row, spend)).toThrow(TypeError);
  });
});
