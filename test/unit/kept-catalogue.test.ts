import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../src/core/catalogue-difference.ts';
import { CATALOGUE_LISTS, catalogueSchema, type Catalogue } from '../../src/core/catalogue.ts';
import { compileCatalogue, type CompiledCatalogue } from '../../src/core/compile-catalogue.ts';
import { inForceAt } from '../../src/core/in-force.ts';
import { parseCatalogue } from '../../src/core/parse-catalogue.ts';
import { facts } from '../support/build-catalogue.ts';
import { randomCatalogue } from '../support/random-access.ts';

type Lists = Record<keyof Catalogue, readonly object[]>;

const NOW = new Date('2026-11-28T12:00:00Z');
const VALIDITIES = [{}, {}, { validUntil: '2026-11-28T11:00:00Z' }, { validFrom: '2026-11-28T13:00:00Z' }];

const withValidities = fc
  .tuple(randomCatalogue, fc.array(fc.constantFrom(...VALIDITIES), { minLength: 5, maxLength: 5 }))
  .map(([catalogue, validities]) =>
    catalogueSchema.parse({
      ...catalogue,
      mappings: catalogue.mappings.map((mapping, at) => ({ ...mapping, ...validities[at] })),
    }),
  );

/** Of some entries what another catalogue says, some gone, some only copied, and perhaps in another order. */
const edited = fc
  .record({
    before: withValidities,
    other: withValidities,
    fates: fc.array(fc.constantFrom('kept', 'kept', 'kept', 'copied', 'other', 'gone'), {
      minLength: 12,
      maxLength: 12,
    }),
    reversed: fc.constantFrom(undefined, undefined, undefined, ...CATALOGUE_LISTS),
  })
  .map(({ before, other, fates, reversed }) => {
    const candidate: Lists = { ...before };
    for (const list of ['accounts', 'roles', 'mappings', 'applications'] as const) {
      const fateOf = (at: number): string | undefined => fates[(at + list.length) % fates.length];
      candidate[list] = before[list].flatMap((entry: { id: string }, at): object[] => {
        if (fateOf(at) === 'kept') return [entry];
        if (fateOf(at) === 'copied') return [JSON.parse(JSON.stringify(entry)) as object];
        const same = other[list].find(({ id }) => id === entry.id);
        return fateOf(at) === 'gone' || same === undefined ? [] : [same];
      });
    }
    if (reversed !== undefined) candidate[reversed] = candidate[reversed].toReversed();
    return { before, candidate };
  });

/** With every order that lists of roles are shown in. */
function told({ roles, mappings, applications, index }: CompiledCatalogue): unknown {
  const ofKeys = [...index].map(([key, byRole]) => [
    key,
    [...byRole].map(([roleId, list]) => [roleId, list.map(({ mapping }) => mapping.id)]),
  ]);
  const kept = [...mappings].map(([id, { roleIds, ...rest }]) => ({ id, ...rest, roleIds: [...roleIds] }));
  return [[...roles], kept, [...applications.keys()], new Map(ofKeys as [string, unknown][])];
}

describe('a catalogue that is like one known before', () => {
  it('is read, compiled, put in force and compared as if nothing were known', () => {
    const counted = { compiled: 0, refused: 0, taken: 0 };
    fc.assert(
      fc.property(edited, ({ before, candidate }) => {
        const known = compileCatalogue(before, facts).catalogue;
        fc.pre(known !== undefined);
        const fresh = catalogueSchema.parse(JSON.parse(JSON.stringify(candidate)));
        const { catalogue } = parseCatalogue(candidate, before);
        expect(catalogue).toEqual(fresh);
        if (catalogue === undefined) return;
        const unknown = catalogueSchema.parse(JSON.parse(JSON.stringify(before)));
        expect(differenceOf(before, catalogue)).toEqual(differenceOf(unknown, fresh));

        const [fast, slow] = [compileCatalogue(catalogue, facts, known), compileCatalogue(fresh, facts)];
        expect(fast.problems).toEqual(slow.problems);
        counted[slow.catalogue === undefined ? 'refused' : 'compiled'] += 1;
        if (fast.catalogue === undefined || slow.catalogue === undefined) return;
        expect(told(fast.catalogue)).toEqual(told(slow.catalogue));
        const [now, then] = [inForceAt(fast.catalogue, NOW), inForceAt(slow.catalogue, NOW)];
        expect(told(now.compiled)).toEqual(told(then.compiled));
        expect(now.until).toEqual(then.until);
        const valid = fresh.mappings.filter(
          ({ validFrom = '', validUntil = '9' }) =>
            validFrom <= NOW.toISOString() && NOW.toISOString() < validUntil,
        );
        const inForce = [...now.compiled.index.values()].flatMap((byRole) => [...byRole.values()].flat());
        expect(new Set(inForce.map(({ mapping }) => mapping.id))).toEqual(new Set(valid.map(({ id }) => id)));
        for (const [id, mapping] of fast.catalogue.mappings)
          if (known.mappings.get(id) === mapping) counted.taken += 1;
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(counted))).toBeGreaterThan(10);
  });
});
