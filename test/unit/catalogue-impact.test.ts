import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, isEmptyDifference } from '../../src/core/catalogue-difference.ts';
import { ImpactCount, type CatalogueImpact } from '../../src/core/catalogue-impact.ts';
import { catalogueSchema, type Catalogue } from '../../src/core/catalogue.ts';
import { compileCatalogue, type CompiledCatalogue } from '../../src/core/compile-catalogue.ts';
import { listEntitlements } from '../../src/core/entitlements.ts';
import { principalId, type Principal } from '../../src/core/principal.ts';
import { buildCatalogue, buildUser, compiled, facts } from '../support/build-catalogue.ts';
import { randomCatalogue, randomPrincipal } from '../support/random-access.ts';

function impactOf(before: Catalogue, after: Catalogue, principals: readonly Principal[]): CatalogueImpact {
  const comparison = {
    before: compiled(before),
    after: compiled(after),
    difference: differenceOf(before, after),
  };
  const impact = new ImpactCount(comparison, { names: 1_000 });
  for (const principal of principals) impact.add(principal);
  return finish(impact);
}

function finish(impact: ImpactCount): CatalogueImpact {
  const work = impact.count();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** What a role is to somebody: undefined without it, else everything that an entitlement and its role say. */
function rolesOf(catalogue: CompiledCatalogue, principal: Principal): Map<string, string> {
  return new Map(
    listEntitlements(catalogue, principal).map(({ role, account, reason, alternatives, ...rest }) => {
      const mappingIds = [reason, ...alternatives.map((other) => other.reason)].map(
        ({ mappingId }) => mappingId,
      );
      const limits = [rest.limits, ...alternatives.map((other) => other.limits)].map(
        ({ minimumSeconds, defaultSeconds, maximumSeconds }) => [
          minimumSeconds,
          defaultSeconds,
          maximumSeconds,
        ],
      );
      const ofMappings = mappingIds.map((id) => catalogue.mappings.get(id)?.mapping.limits);
      const kept = [ofMappings.map((each) => [each?.sessionPolicy, each?.sessionTags]), limits, mappingIds];
      const { grant, roleName, authentication, reservedForServices, reuse } = role;
      const ofRole = [grant, roleName, account.id, authentication, reservedForServices, reuse];
      return [role.id, JSON.stringify([kept, ofRole])];
    }),
  );
}

const isCompilable = (catalogue: Catalogue): boolean =>
  compileCatalogue(catalogue, facts).catalogue !== undefined;

describe('the impact of a change', () => {
  it('is the difference of everybody’s entitlements before and after, worked out from nothing', () => {
    let reached = 0;
    fc.assert(
      fc.property(
        randomCatalogue.filter(isCompilable),
        randomCatalogue.filter(isCompilable),
        fc.array(randomPrincipal, { minLength: 1, maxLength: 12 }),
        (before, after, drawn) => {
          const principals = drawn.map((each, index) =>
            each.kind === 'user'
              ? { ...buildUser(each.identity), authentication: each.authentication, number: index }
              : each,
          );
          const [old, now] = [compiled(before), compiled(after)];
          const expected: string[] = [];
          for (const principal of principals) {
            const [had, has] = [rolesOf(old, principal), rolesOf(now, principal)];
            for (const id of new Set([...had.keys(), ...has.keys()])) {
              const effect = !had.has(id)
                ? 'gains'
                : !has.has(id)
                  ? 'loses'
                  : had.get(id) === has.get(id)
                    ? ''
                    : 'changes';
              if (effect !== '') expected.push(`${effect} ${id} ${principalId(principal)}`);
            }
          }
          const { roles } = impactOf(before, after, principals);
          const told = roles.flatMap((role) =>
            (['gains', 'loses', 'changes'] as const).flatMap((effect) => {
              expect(role[effect].count).toBe(role[effect].who.length);
              return role[effect].who.map(({ id }) => `${effect} ${role.roleId} ${id}`);
            }),
          );
          expect(told.toSorted()).toEqual(expected.toSorted());
          reached += told.length;
        },
      ),
      { numRuns: 150 },
    );
    expect(reached).toBeGreaterThan(100);
  });

  it('is nothing where nothing differs, and says which terms change where something does', () => {
    const mapping = { id: 'm', connector: 'corp', groups: ['engineering'], roles: { ids: ['by-saml'] } };
    const before = buildCatalogue({ mappings: [mapping] });
    expect(isEmptyDifference(differenceOf(before, buildCatalogue({ mappings: [mapping] })))).toBe(true);
    const after = buildCatalogue({
      mappings: [{ ...mapping, note: 'new', limits: { maximumDurationSeconds: 900, sourceIdentity: false } }],
    });
    const { people, applications, roles } = impactOf(before, after, [buildUser()]);
    expect({ people, applications }).toEqual({ people: 1, applications: 0 });
    expect(roles).toMatchObject([
      {
        roleId: 'by-saml',
        accountId: '444455556666',
        gains: { count: 0, who: [] },
        changes: {
          count: 1,
          terms: ['duration', 'source identity'],
          who: [{ id: 'user:corp:erin', label: 'erin' }],
        },
      },
    ]);
    expect(differenceOf(before, after).entries).toEqual([
      {
        list: 'mappings',
        id: 'm',
        kind: 'changed',
        fields: [
          { path: 'limits.maximumDurationSeconds', after: 900 },
          { path: 'limits.sourceIdentity', after: false },
          { path: 'note', after: 'new' },
        ],
      },
    ]);
  });

  it('names the first of many and counts all of them', () => {
    const mapping = { id: 'm', connector: 'corp', groups: ['engineering'], roles: { ids: ['by-saml'] } };
    const [before, after] = [buildCatalogue(), buildCatalogue({ mappings: [mapping] })];
    const difference = differenceOf(before, after);
    const impact = new ImpactCount({ before: compiled(before), after: compiled(after), difference });
    for (let index = 0; index < 500; index += 1) {
      impact.add(
        buildUser({ subject: `p${index}`, groups: index % 2 === 0 ? ['engineering'] : ['engineering', 'x'] }),
      );
    }
    const [role] = finish(impact).roles;
    expect(role?.gains.count).toBe(500);
    expect(role?.gains.who.length).toBeLessThanOrEqual(20);
  });

  it('of 10,000 people, 10,000 roles and 20,000 mappings takes about a second of work at most', () => {
    const before = largeCatalogue();
    const [first, ...others] = before.mappings;
    if (first === undefined) throw new Error('no mapping');
    const after = {
      ...before,
      mappings: [
        { ...first, groups: ['everybody'], roles: { ...first.roles, accounts: ['100000000001'] } },
        ...others,
      ],
    };
    const people = Array.from({ length: 10_000 }, (_, index) =>
      buildUser({ subject: `p${index}`, groups: ['everybody', `g${index % 500}`, `g${(index * 7) % 500}`] }),
    );
    const comparison = { before: compiled(before), after: compiled(catalogueSchema.parse(after)) };
    const started = process.cpuUsage();
    const impact = new ImpactCount({ ...comparison, difference: differenceOf(before, after) });
    for (const person of people) impact.add(person);
    const { people: reached, roles } = finish(impact);
    const { user, system } = process.cpuUsage(started);
    expect(reached).toBe(10_000);
    expect(roles.length).toBeGreaterThan(4);
    expect((user + system) / 1_000_000).toBeLessThan(3);
  });
});

function largeCatalogue(): Catalogue {
  return catalogueSchema.parse({
    connectors: [{ kind: 'saml', id: 'corp', label: 'Corp', metadataUrl: 'https://idp.example/metadata' }],
    accounts: Array.from({ length: 2_000 }, (_, index) => ({
      id: String(100_000_000_000 + index),
      name: `a${index}`,
    })),
    roles: Array.from({ length: 10_000 }, (_, index) => ({
      id: `r${index}`,
      accountId: String(100_000_000_000 + (index % 2_000)),
      roleName: `R${index}`,
      grant: { method: 'assume-role-with-saml' },
    })),
    mappings: Array.from({ length: 20_000 }, (_, index) => ({
      id: `m${index}`,
      connector: 'corp',
      groups: [`g${index % 500}`],
      roles: { ids: [`r${index % 10_000}`] },
    })),
  });
}
