import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { catalogueSchema } from '../../src/core/catalogue.ts';
import { compileCatalogue, type CompiledMapping } from '../../src/core/compile-catalogue.ts';
import { decideAccess, type AccessRequest, type Permit } from '../../src/core/decide-access.ts';
import { listEntitlements } from '../../src/core/entitlements.ts';
import type { Denial } from '../../src/core/denial.ts';
import type { Principal } from '../../src/core/principal.ts';
import { ANY_POLICY, buildCatalogue, buildUser, compiled, facts } from '../support/build-catalogue.ts';

type MappingInput = NonNullable<z.input<typeof catalogueSchema>['mappings']>[number];

function mapping(overrides: Partial<MappingInput> = {}): MappingInput {
  return {
    id: 'engineers',
    connector: 'corp',
    groups: ['engineering'],
    roles: { ids: ['by-saml'] },
    ...overrides,
  };
}

function decide(
  mappings: readonly MappingInput[],
  request: Partial<AccessRequest> = {},
  principal: Principal = buildUser(),
): Permit | Denial {
  const catalogue = compiled(buildCatalogue({ mappings: [...mappings] }));
  return decideAccess(catalogue, principal, {
    roleId: 'by-saml',
    purpose: 'credentials',
    at: new Date(0),
    ...request,
  });
}

function permitOf(decision: Permit | Denial): Permit {
  if (!decision.permitted) throw new Error(`denied: ${decision.code} ${decision.detail}`);
  return decision;
}

function codeOf(decision: Permit | Denial): string {
  return decision.permitted ? 'permitted' : decision.code;
}

describe('who gets a role', () => {
  it('is given by a group of the right connector, with the reason', () => {
    const permit = permitOf(decide([mapping()]));
    expect(permit.reason).toEqual({ mappingId: 'engineers', through: 'group', value: 'engineering' });
    expect(permit.roleArn).toBe('arn:aws:iam::444455556666:role/ReadOnly');
  });

  it.each([
    ['the same group of another connector', buildUser({ connectorId: 'cloud' })],
    ['a group in other case', buildUser({ groups: ['Engineering'] })],
    ['a group with a space behind it', buildUser({ groups: ['engineering '] })],
    ['a longer group', buildUser({ groups: ['engineering-readonly'] })],
    ['the group as a subject', buildUser({ subject: 'engineering', groups: [] })],
    ['the group as a display name', buildUser({ displayName: 'engineering', groups: [] })],
    [
      'an attribute of the group’s name',
      buildUser({ groups: [], attributes: new Map([['groups', ['engineering']]]) }),
    ],
    ['no groups', buildUser({ groups: [] })],
  ])('A07: is not given by %s', (_what, principal) => {
    expect(codeOf(decide([mapping()], {}, principal))).toBe('role.not_found');
  });

  it('A07: tells NFC and NFD spellings of a group apart', () => {
    const group = 'Zürich';
    const rule = mapping({ groups: [group.normalize('NFC')] });
    expect(codeOf(decide([rule], {}, buildUser({ groups: [group.normalize('NFC')] })))).toBe('permitted');
    expect(codeOf(decide([rule], {}, buildUser({ groups: [group.normalize('NFD')] })))).toBe(
      'role.not_found',
    );
  });

  it('answers a role of somebody else exactly as one that does not exist', () => {
    const seen = (decision: Permit | Denial): object => ({
      code: codeOf(decision),
      hint: 'hint' in decision,
    });
    const theirs = seen(decide([mapping()], {}, buildUser({ groups: [] })));
    expect(theirs).toEqual(seen(decide([mapping()], { roleId: 'no-such-role' })));
    expect(theirs).toEqual({ code: 'role.not_found', hint: false });
  });

  it('asks every attribute condition beside the group', () => {
    const rule = mapping({ attributes: { department: ['payments', 'risk'], country: ['NL'] } });
    const attributes = (department: string, country: string): Principal =>
      buildUser({
        attributes: new Map([
          ['department', [department]],
          ['country', [country]],
        ]),
      });
    expect(codeOf(decide([rule], {}, attributes('risk', 'NL')))).toBe('permitted');
    expect(codeOf(decide([rule], {}, attributes('risk', 'DE')))).toBe('role.not_found');
    expect(codeOf(decide([rule], {}, attributes('sales', 'NL')))).toBe('role.not_found');
  });

  it('takes attributes alone as the whole condition', () => {
    const rule = mapping({ groups: [], attributes: { department: ['payments'] } });
    const principal = buildUser({ groups: [], attributes: new Map([['department', ['sales', 'payments']]]) });
    expect(permitOf(decide([rule], {}, principal)).reason.through).toBe('attribute');
    expect(codeOf(decide([rule], {}, buildUser()))).toBe('role.not_found');
  });

  it('treats names of the language’s own objects as any other', () => {
    const rule = mapping({ groups: ['__proto__', 'constructor'] });
    expect(codeOf(decide([rule], {}, buildUser({ groups: ['constructor'] })))).toBe('permitted');
    expect(codeOf(decide([mapping()], { roleId: '__proto__' }))).toBe('role.not_found');
    expect(codeOf(decide([mapping()], {}, buildUser({ groups: ['toString'] })))).toBe('role.not_found');
  });

  it('selects roles by account, pattern and tags as well', () => {
    expect(codeOf(decide([mapping({ roles: { pattern: 'by-*ml' } })]))).toBe('permitted');
    expect(codeOf(decide([mapping({ roles: { pattern: 'chain*' } })]))).toBe('role.not_found');
    const roles = buildCatalogue().roles.map((role) =>
      role.id === 'by-saml' ? { ...role, tags: { team: 'a' } } : role,
    );
    const catalogue = compiled(
      buildCatalogue({ roles, mappings: [mapping({ roles: { tags: { team: 'a' } } })] }),
    );
    expect(listEntitlements(catalogue, buildUser()).map(({ role }) => role.id)).toEqual(['by-saml']);
  });

  it('refuses every person a role that is for a service, and says so', () => {
    const denial = decide([mapping({ roles: { ids: ['for-lambda'] } })], { roleId: 'for-lambda' });
    expect(codeOf(denial)).toBe('role.reserved_for_service');
    expect(denial).toHaveProperty('hint', expect.stringContaining('lambda.amazonaws.com'));
  });
});

describe('several mappings for one role', () => {
  const first = mapping({ id: 'b-first', order: 1, limits: { maximumDurationSeconds: 900 } });
  const second = mapping({ id: 'a-second', order: 2, limits: { maximumDurationSeconds: 7_200 } });

  it('uses exactly one, whole: by order, then by id', () => {
    expect(permitOf(decide([second, first])).reason.mappingId).toBe('b-first');
    expect(permitOf(decide([{ ...second, order: 1 }, first])).reason.mappingId).toBe('a-second');
  });

  it('never mixes limits: what the second allows does not help the first', () => {
    expect(codeOf(decide([first, second], { durationSeconds: 7_200 }))).toBe('duration');
    expect(codeOf(decide([first, second], { durationSeconds: 7_200, mappingId: 'a-second' }))).toBe(
      'permitted',
    );
  });

  it('refuses a mapping by name that does not give the role', () => {
    const other = mapping({ id: 'other', groups: ['else'] });
    expect(codeOf(decide([first, other], { mappingId: 'other' }))).toBe('mapping.not_found');
  });

  it('shows the others, each with its own limits', () => {
    const catalogue = compiled(buildCatalogue({ mappings: [second, first] }));
    const [entitlement] = listEntitlements(catalogue, buildUser());
    expect(entitlement?.reason.mappingId).toBe('b-first');
    expect(entitlement?.alternatives.map(({ reason }) => reason.mappingId)).toEqual(['a-second']);
    expect(
      [entitlement, ...(entitlement?.alternatives ?? [])].map((one) => one?.limits.maximumSeconds),
    ).toEqual([900, 7_200]);
  });

  it('says which of them has a session policy, inline or managed, that a request may only narrow by Deny', () => {
    const managed = { managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] };
    const rules = [
      mapping({ id: 'free' }),
      mapping({ id: 'inline', order: 200, limits: { sessionPolicy: ANY_POLICY } }),
      mapping({ id: 'managed', order: 300, limits: managed }),
    ];
    const [entitlement] = listEntitlements(compiled(buildCatalogue({ mappings: rules })), buildUser());
    const choices = [entitlement, ...(entitlement?.alternatives ?? [])];
    expect(choices.map((one) => [one?.reason.mappingId, one?.hasSessionPolicy])).toEqual([
      ['free', false],
      ['inline', true],
      ['managed', true],
    ]);
  });
});

describe('durations', () => {
  it.each([
    ['by-saml', 43_200],
    ['by-web-identity', 43_200],
    ['by-key', 43_200],
    ['chained', 3_600],
    ['federation', 129_600],
    ['session', 129_600],
  ])('A14: %s takes 900 to %i seconds', (roleId, maximum) => {
    const policy = roleId === 'federation' ? { sessionPolicy: ANY_POLICY } : {};
    const rules = [mapping({ roles: { ids: [roleId] }, limits: policy })];
    const ask = (durationSeconds: number): string => codeOf(decide(rules, { roleId, durationSeconds }));
    expect([899, 900, maximum, maximum + 1].map(ask)).toEqual([
      'duration',
      'permitted',
      'permitted',
      'duration',
    ]);
  });

  it.each([0, -900, 900.5, 1e9, Number.NaN, Number.POSITIVE_INFINITY])(
    'A14: refuses %d',
    (durationSeconds) => {
      expect(codeOf(decide([mapping()], { durationSeconds }))).toBe('duration');
    },
  );

  it('takes the mapping’s default, else the operation’s, never more than the tightest maximum', () => {
    const durationOf = (limits: MappingInput['limits']): number =>
      permitOf(decide([mapping({ limits })])).durationSeconds;
    expect(durationOf({})).toBe(3_600);
    expect(durationOf({ defaultDurationSeconds: 7_200 })).toBe(7_200);
    expect(durationOf({ maximumDurationSeconds: 1_800 })).toBe(1_800);
  });

  it('holds a role without a stated maximum to AWS’s own default of an hour', () => {
    const roles = buildCatalogue().roles.map(({ maximumDurationSeconds: _maximum, ...role }) => role);
    const catalogue = compiled(buildCatalogue({ roles, mappings: [mapping()] }));
    const request = {
      roleId: 'by-saml',
      purpose: 'credentials',
      durationSeconds: 3_601,
      at: new Date(0),
    } as const;
    expect(codeOf(decideAccess(catalogue, buildUser(), request))).toBe('duration');
  });
});

describe('session policies', () => {
  const allow = JSON.stringify(ANY_POLICY);
  const deny = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: '*', Resource: '*' },
  });

  it('are the request’s where the mapping has none', () => {
    expect(permitOf(decide([mapping()], { sessionPolicy: allow })).sessionPolicy).toBe(allow);
  });

  it('take only further Deny statements where the mapping has one', () => {
    const rules = [mapping({ limits: { sessionPolicy: ANY_POLICY } })];
    expect(codeOf(decide(rules, { sessionPolicy: allow }))).toBe('session_policy.not_narrowing');
    const merged = permitOf(decide(rules, { sessionPolicy: deny })).sessionPolicy ?? '';
    expect(JSON.parse(merged)).toEqual({
      Version: '2012-10-17',
      Statement: [...ANY_POLICY.Statement, { Effect: 'Deny', Action: '*', Resource: '*' }],
    });
  });

  it('count managed policies as the mapping’s own: an inline Allow could add to them', () => {
    const rules = [mapping({ limits: { managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] } })];
    expect(codeOf(decide(rules, { sessionPolicy: allow }))).toBe('session_policy.not_narrowing');
    expect(permitOf(decide(rules, { sessionPolicy: deny })).sessionPolicy).toBe(deny);
  });

  it.each(['', 'null', '[]', '{"Statement":[]}', '{"Version":"2012-10-17"}', 'not json'])(
    'refuse %j',
    (sessionPolicy) => {
      expect(codeOf(decide([mapping()], { sessionPolicy }))).toBe('session_policy.malformed');
    },
  );

  it('are refused where the operation takes none', () => {
    const rules = [mapping({ roles: { ids: ['session'] } })];
    expect(codeOf(decide(rules, { roleId: 'session', sessionPolicy: deny }))).toBe(
      'session_policy.unsupported',
    );
  });

  it('are refused when they grow past what STS takes', () => {
    const long = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: `arn:aws:s3:::${'x'.repeat(2_000)}` }],
    });
    expect(codeOf(decide([mapping()], { sessionPolicy: long }))).toBe('session_policy.malformed');
  });
});

describe('session tags and source identity', () => {
  const fromAttribute = mapping({
    limits: { sessionTags: [{ key: 'Department', fromAttribute: 'department' }] },
  });

  it('take a tag from an attribute that arrived exactly once', () => {
    const principal = buildUser({ attributes: new Map([['department', ['payments']]]) });
    expect(permitOf(decide([fromAttribute], {}, principal)).sessionTags).toEqual([
      { key: 'Department', value: 'payments', transitive: false },
    ]);
  });

  it.each([
    ['is missing', []],
    ['came twice', ['a', 'b']],
    ['has characters AWS refuses', ['a<b']],
    ['is too long', ['x'.repeat(257)]],
  ])('A13: refuse an attribute that %s', (_what, values) => {
    const principal = buildUser({ attributes: new Map([['department', values]]) });
    expect(codeOf(decide([fromAttribute], {}, principal))).toBe('session_tag.missing');
  });

  it('A12: set a source identity wherever the operation has one, unless the mapping says no', () => {
    expect(permitOf(decide([mapping()])).sourceIdentity).toMatch(/^erin-[a-z2-7]{12}$/);
    expect(permitOf(decide([mapping({ limits: { sourceIdentity: false } })])).sourceIdentity).toBeUndefined();
    const token = permitOf(decide([mapping({ roles: { ids: ['session'] } })], { roleId: 'session' }));
    expect(token.sourceIdentity).toBeUndefined();
  });
});

describe('a role that reuses credentials', () => {
  const { roles } = buildCatalogue();
  const withReuse = (roleId: string, minimumLeftSeconds: number, more: object = {}) =>
    roles.map((role) => (role.id === roleId ? { ...role, reuse: { minimumLeftSeconds }, ...more } : role));
  function problemsOf(catalogue: ReturnType<typeof withReuse>, rule: MappingInput): string[] {
    const { problems } = compileCatalogue(buildCatalogue({ roles: catalogue, mappings: [rule] }), facts);
    return problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  }

  it('says so where some life is left over', () => {
    expect(problemsOf(withReuse('by-saml', 900), mapping())).toEqual([]);
  });

  it('is refused where nothing ever would be', () => {
    const rule = mapping({ limits: { defaultDurationSeconds: 900 } });
    expect(problemsOf(withReuse('by-saml', 900), rule)).toEqual([
      expect.stringMatching(/^mappings\.0\.limits: role "by-saml" reuses .* 900 by default/),
    ]);
  });

  it('is refused where an MFA code is asked each time', () => {
    const grant = {
      method: 'get-session-token',
      credentialSource: 'long-term',
      mfaSerialNumber: 'arn:aws:iam::444455556666:mfa/tools',
    } as const;
    const found = problemsOf(withReuse('session', 900, { grant }), mapping({ roles: { ids: ['session'] } }));
    expect(found).toEqual([expect.stringMatching(/^roles\.6\.reuse: .*MFA/)]);
  });
});

describe('what a mapping may not ask', () => {
  function problemsOf(rule: MappingInput): string[] {
    const { problems } = compileCatalogue(buildCatalogue({ mappings: [rule] }), facts);
    return problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  }
  const session = { ids: ['session'] };

  it.each([
    [
      'a role that does not exist',
      mapping({ roles: { ids: ['nope'] } }),
      'mappings.0.roles.ids.0: there is no role "nope"',
    ],
    ['no role at all', mapping({ roles: {} }), 'mappings.0.roles: selects no role'],
    ['nobody', mapping({ groups: [] }), 'mappings.0: nobody is named'],
    [
      'a connector that does not exist',
      mapping({ connector: 'nope' }),
      'mappings.0.connector: there is no connector "nope"',
    ],
    [
      'an application that does not exist',
      mapping({ applications: ['nope'] }),
      'mappings.0.applications.0: there is no',
    ],
    [
      'a policy of GetSessionToken',
      mapping({ roles: session, limits: { sessionPolicy: ANY_POLICY } }),
      'GetSessionToken',
    ],
    [
      'tags of GetSessionToken',
      mapping({ roles: session, limits: { sessionTags: [{ key: 'a', value: 'b' }] } }),
      'takes no session tags',
    ],
    [
      'a source identity of GetSessionToken',
      mapping({ roles: session, limits: { sourceIdentity: true } }),
      'takes no source identity',
    ],
    [
      'A15: GetFederationToken without a policy',
      mapping({ roles: { ids: ['federation'] } }),
      'only with a session policy',
    ],
    [
      'transitive tags of GetFederationToken',
      mapping({
        roles: { ids: ['federation'] },
        limits: { sessionPolicy: ANY_POLICY, sessionTags: [{ key: 'a', value: 'b', transitive: true }] },
      }),
      'no transitive tags',
    ],
    [
      'tags in a token that is not ours',
      mapping({
        connector: 'cloud',
        roles: { ids: ['by-own-token'] },
        limits: { sessionTags: [{ key: 'a', value: 'b' }] },
      }),
      'takes no session tags',
    ],
    [
      'more than an hour when chained',
      mapping({ roles: { ids: ['chained'] }, limits: { maximumDurationSeconds: 3_601 } }),
      'an hour at most when chained',
    ],
    [
      'more than 12 hours of a role',
      mapping({ limits: { maximumDurationSeconds: 43_201 } }),
      '43200 seconds at most',
    ],
    [
      'a default above its own maximum',
      mapping({ limits: { maximumDurationSeconds: 900, defaultDurationSeconds: 901 } }),
      'is more than maximumDurationSeconds',
    ],
    [
      'one tag key twice but for case',
      mapping({
        limits: {
          sessionTags: [
            { key: 'a', value: '1' },
            { key: 'A', value: '2' },
          ],
        },
      }),
      'without regard to case',
    ],
    [
      'a session policy that is none',
      mapping({ limits: { sessionPolicy: { Version: '2012-10-17' } } }),
      'mappings.0.limits.sessionPolicy',
    ],
  ])('refuses %s when it is loaded', (_what, rule, expected) => {
    expect(problemsOf(rule)).toEqual(expect.arrayContaining([expect.stringContaining(expected)]));
  });
});

describe('properties of the decision', () => {
  const groups = ['g1', 'g2', 'g3'];
  const roleIds = ['by-saml', 'by-key', 'chained', 'federation', 'session'];
  const ruleArbitrary = fc.record({
    id: fc.integer({ min: 0, max: 40 }).map((number) => `m${number}`),
    order: fc.integer({ min: 0, max: 3 }),
    groups: fc.uniqueArray(fc.constantFrom(...groups), { minLength: 1 }),
    roles: fc.uniqueArray(fc.constantFrom(...roleIds), { minLength: 1 }).map((ids) => ({ ids })),
    maximum: fc.option(fc.integer({ min: 900, max: 3_600 }), { nil: undefined }),
  });
  const rulesArbitrary = fc.uniqueArray(ruleArbitrary, { maxLength: 8, selector: ({ id }) => id });

  function rulesOf(
    drafts: readonly (typeof ruleArbitrary extends fc.Arbitrary<infer T> ? T : never)[],
  ): MappingInput[] {
    return drafts.map(({ maximum, ...draft }) => ({
      ...draft,
      connector: 'corp',
      // Only federation needs a policy and only session tokens take none, so the two are never in one mapping here.
      roles: {
        ids: draft.roles.ids
          .filter((id) => id !== 'session' && id !== 'federation')
          .concat('by-web-identity'),
      },
      limits: maximum === undefined ? {} : { maximumDurationSeconds: maximum },
    }));
  }

  it('permits exactly what some mapping of the principal’s groups gives, by exactly one of them, within its limits', () => {
    fc.assert(
      fc.property(
        rulesArbitrary,
        fc.subarray(groups),
        fc.constantFrom('by-saml', 'by-key', 'chained', 'by-web-identity'),
        fc.option(fc.integer({ min: 1, max: 50_000 }), { nil: undefined }),
        (drafts, mine, roleId, durationSeconds) => {
          const rules = rulesOf(drafts);
          const request = { roleId, ...(durationSeconds === undefined ? {} : { durationSeconds }) };
          const decision = decide(rules, request, buildUser({ groups: mine }));
          const giving = rules.filter(
            (rule) =>
              rule.roles.ids?.includes(roleId) === true &&
              rule.groups?.some((group) => mine.includes(group)) === true,
          );
          if (giving.length === 0) {
            expect(codeOf(decision)).toBe('role.not_found');
            return;
          }
          const [best] = giving.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0) || (a.id < b.id ? -1 : 1));
          const ceiling = Math.min(
            best?.limits?.maximumDurationSeconds ?? 43_200,
            roleId === 'chained' ? 3_600 : 43_200,
          );
          if (decision.permitted) {
            expect(decision.reason.mappingId).toBe(best?.id);
            expect(decision.durationSeconds).toBeLessThanOrEqual(ceiling);
            if (durationSeconds !== undefined) expect(decision.durationSeconds).toBe(durationSeconds);
          } else {
            expect(decision.code).toBe('duration');
            expect(durationSeconds === undefined || durationSeconds < 900 || durationSeconds > ceiling).toBe(
              true,
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('costs what the principal’s groups cost: 20,000 mappings of others change nothing that is looked at', () => {
    const others = Array.from({ length: 20_000 }, (_, index) =>
      mapping({ id: `other-${index}`, groups: [`other-${index}`] }),
    );
    const catalogue = compiled(buildCatalogue({ mappings: [...others, mapping()] }));
    const looked: string[] = [];
    class WatchedIndex extends Map<string, ReadonlyMap<string, readonly CompiledMapping[]>> {
      override get(key: string): ReadonlyMap<string, readonly CompiledMapping[]> | undefined {
        looked.push(key);
        return super.get(key);
      }
    }
    const watched = { ...catalogue, index: new WatchedIndex(catalogue.index) };
    expect(
      codeOf(
        decideAccess(watched, buildUser(), { roleId: 'by-saml', purpose: 'credentials', at: new Date(0) }),
      ),
    ).toBe('permitted');
    // Once for the subject, once for the one group.
    expect(looked).toHaveLength(2);
  });
});
