/** That the suite is as large as it says: mutations for each signing mode, and no row of the table without a test. */
import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './all-mutations.ts';
import { SIGNING_MODES, codesIn } from './mutation.ts';

const HERE = new URL('.', import.meta.url);
const ROWS = Array.from({ length: 48 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`);
const FEWEST = 150;
const all = [...MUTATIONS.values()].flat();

async function testNames(): Promise<string> {
  const files = (await readdir(HERE)).filter((name) => name.endsWith('.test.ts') && name !== 'count.test.ts');
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, HERE), 'utf8')));
  // Names stand in quotes after `it`, or as `%s` after the row; comments do not count.
  return sources.join('\n').replace(/^\s*(?:\/?\*|\/\/).*$/gm, '');
}

describe('the attack suite of SAML', () => {
  it.each(SIGNING_MODES)('tells at least 150 lies in the mode “%s”', (mode) => {
    expect(all.filter((mutation) => codesIn(mutation, mode) !== undefined).length).toBeGreaterThanOrEqual(
      FEWEST,
    );
  });

  it('tells no lie twice', () => {
    const names = all.map(({ row, name }) => `${row}: ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has a test for every row from S01 to S48', async () => {
    const named = (await testNames()).match(/\bS\d\d\b/g) ?? [];
    const covered = new Set<string>([...all.map(({ row }) => row), ...named]);
    expect(ROWS.filter((row) => !covered.has(row))).toEqual([]);
    expect([...covered].filter((row) => !ROWS.includes(row))).toEqual([]);
  });
});
