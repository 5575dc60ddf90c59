import { expect, it } from 'vitest';
import { KeptRows } from '../../src/stores/kept-rows.ts';
import type { Outcome } from '../../src/stores/write-unit.ts';
import { databaseOverCommits } from '../support/database-over-commits.ts';

const CHANGE = { sql: 'update things set a = 1', parameters: [] };
const CHECK = { sql: 'select 1', parameters: [], expectRows: 1, readOnly: true };
const RECORD = { at: 0, name: 'credentials.issued', text: '{}' };

function openDatabase() {
  let outcome: Outcome = { status: 'committed', rows: 1 };
  const database = databaseOverCommits((units) => Promise.resolve(units.map(() => outcome)));
  const rows = new KeptRows<string>(database);
  rows.keep('a', 'one');
  return {
    database,
    rows,
    end: (next: Outcome) => {
      outcome = next;
    },
  };
}

it('what was read is kept while nothing but records is written', async () => {
  const { database, rows } = openDatabase();
  await database.write([CHECK], [RECORD]);
  expect(rows.find('a')).toBe('one');
  expect(rows.find('b')).toBeUndefined();
});

it('nothing is kept once something is written, nor while it is on its way', async () => {
  const { database, rows } = openDatabase();
  const writing = database.write([CHANGE]);
  expect(rows.find('a')).toBeUndefined();
  rows.keep('a', 'read before the change');
  await writing;
  expect(rows.find('a')).toBeUndefined();
  rows.keep('a', 'two');
  expect(rows.find('a')).toBe('two');
});

it('after a change of which the end is not known nothing is kept until a later one is committed', async () => {
  const { database, rows, end } = openDatabase();
  end({ status: 'unavailable', detail: 'not acknowledged' });
  await expect(database.write([CHANGE])).rejects.toMatchObject({ code: 'store.unavailable' });
  rows.keep('a', 'in doubt');
  expect(rows.find('a')).toBeUndefined();
  end({ status: 'committed', rows: 0 });
  await database.write([], [RECORD]);
  rows.keep('a', 'certain');
  expect(rows.find('a')).toBe('certain');
});

it('is bounded', () => {
  const { rows } = openDatabase();
  for (let count = 0; count < 1_000; count += 1) rows.keep(`key ${count}`, 'row');
  expect(rows.find('a')).toBeUndefined();
  expect(rows.find('key 999')).toBe('row');
});
