import { describe, expect, it } from 'vitest';
import { catalogueSchema } from '../../src/core/catalogue.ts';
import { parseCatalogue } from '../../src/core/parse-catalogue.ts';

const known = catalogueSchema.parse({
  accounts: ['1', '2', '3'].map((digit) => ({ id: digit.repeat(12), name: `Account ${digit}` })),
});
const [one, two, three] = known.accounts;

describe('a catalogue of entries that are known and others', () => {
  it('is what judging all of it would give, in its order', () => {
    const candidate = { ...known, accounts: [three, { id: '4'.repeat(12), name: 'New' }, { ...one }, two] };
    expect(parseCatalogue(candidate, known)).toEqual({
      catalogue: catalogueSchema.parse(candidate),
      problems: [],
    });
  });

  it('tells each mistake where it stands, in the same words', () => {
    for (const candidate of [
      { ...known, accounts: [one, two, { id: '4', name: 'Short' }, three, { id: '5'.repeat(12) }] },
      { ...known, accounts: 'none' },
      { ...known, more: [] },
      { accounts: [one, null, two] },
      [],
      null,
    ]) {
      const issues = catalogueSchema.safeParse(candidate).error?.issues ?? [];
      const { catalogue, problems } = parseCatalogue(candidate, known);
      expect(catalogue).toBeUndefined();
      expect(issues).not.toHaveLength(0);
      expect(problems).toEqual(issues.map(({ path, message }) => ({ path, message })));
    }
  });
});
