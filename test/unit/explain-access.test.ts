import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/core/catalogue.ts';
import { compileCatalogue, type CompiledCatalogue } from '../../src/core/compile-catalogue.ts';
import { decideAccess, type AccessRequest } from '../../src/core/decide-access.ts';
import { explainAccess, explainToPerson, type Explanation } from '../../src/core/explain-access.ts';
import type { StepName } from '../../src/core/explained-steps.ts';
import type { Principal } from '../../src/core/principal.ts';
import { buildCatalogue, buildUser, compiled, facts } from '../support/build-catalogue.ts';
import { randomCatalogue, randomPrincipal } from '../support/random-access.ts';

const request: fc.Arbitrary<AccessRequest> = fc.record(
  {
    roleId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r9'),
    purpose: fc.constantFrom('console' as const, 'credentials' as const),
    at: fc.constantFrom(new Date(1_000), new Date(120_000)),
    mappingId: fc.constantFrom('m1', 'm2'),
    durationSeconds: fc.constantFrom(60, 900, 1_800, 3_600),
    sessionPolicy: fc.constantFrom('{', '{"Version":"2012-10-17","Statement":[]}'),
  },
  { requiredKeys: ['roleId', 'purpose', 'at'] },
);

/** Which step each code belongs to, told once more and independently. */
const STEPS: Readonly<Record<string, readonly StepName[]>> = {
  'role.not_found': ['role', 'mapping'],
  'token.role': ['token'],
  'role.reserved_for_service': ['reserved-for-services'],
  'mapping.not_found': ['chosen-mapping'],
  'console.unsupported': ['console'],
  duration: ['duration'],
  'session_policy.malformed': ['session-policy'],
  'session_policy.not_narrowing': ['session-policy'],
  'session_policy.unsupported': ['session-policy'],
  'session_policy.required': ['session-policy'],
  'session_tag.missing': ['session-tags'],
  'role.for_people': ['sign-in'],
  'role.no_id_token': ['sign-in'],
  'sign_in.stronger': ['sign-in'],
  'sign_in.again': ['sign-in'],
};

const connectors = buildCatalogue().connectors;
const trust = { issuer: 'https://daypass.example/aws' };

function explain(catalogue: CompiledCatalogue, principal: Principal, asked: AccessRequest): Explanation {
  return explainAccess({ catalogue, connectors, trust, principal, request: asked });
}

const isCompilable = (catalogue: Catalogue): boolean =>
  compileCatalogue(catalogue, facts).catalogue !== undefined;

/** @returns the decision's code. */
function agree(catalogue: CompiledCatalogue, principal: Principal, asked: AccessRequest): string {
  const decision = decideAccess(catalogue, principal, asked);
  const { verdict, steps, mappings } = explain(catalogue, principal, asked);
  expect(JSON.stringify(verdict)).toBe(JSON.stringify(decision));
  const at = steps.findIndex(({ state }) => state === 'failed');
  expect(at < 0).toBe(decision.permitted);
  if (!decision.permitted) expect(STEPS[decision.code]).toContain(steps[at]?.step);
  const before = at < 0 ? steps : steps.slice(0, at);
  const wentWell = before.filter(({ step }) => step !== 'trust');
  expect(wentWell.every(({ state }) => state === 'ok')).toBe(true);
  if (at < 0) expect(steps.at(-1)).toMatchObject({ step: 'trust', state: 'not-checked' });
  if (at >= 0) expect(steps.slice(at + 1).every(({ state }) => state === 'not-reached')).toBe(true);
  for (const { text } of steps) expect(text).not.toMatch(/undefined|^$/);
  // A mapping lacks nothing exactly where it applies.
  const applies = mappings.filter(({ lacks }) => lacks.length === 0).map(({ mappingId }) => mappingId);
  const mappingStep = steps.find(({ step }) => step === 'mapping');
  expect(applies.length > 0).toBe(mappingStep?.state === 'ok');
  for (const id of applies) expect(mappingStep?.text).toContain(`"${id}"`);
  return decision.permitted ? 'permitted' : decision.code;
}

describe('the explanation of a decision', () => {
  it('agrees with the decision, whoever asks for whatever: one step fails exactly where access is denied', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        randomCatalogue.filter(isCompilable),
        fc.array(fc.tuple(randomPrincipal, request), { minLength: 12, maxLength: 12 }),
        (drawn, questions) => {
          const catalogue = compiled(drawn);
          for (const [principal, asked] of questions) seen.add(agree(catalogue, principal, asked));
        },
      ),
      { numRuns: 150 },
    );
    expect(seen).toContain('permitted');
    expect(seen.size).toBeGreaterThan(8);
  });

  it('A07: says that a group is almost the one that is asked for, and lets nobody in by it', () => {
    const catalogue = compiled(
      buildCatalogue({
        mappings: [
          { id: 'exact', connector: 'corp', groups: ['Engineering '], roles: { ids: ['by-saml'] } },
          { id: 'elsewhere', connector: 'cloud', groups: ['engineering'], roles: { ids: ['by-saml'] } },
          {
            id: 'by-attribute',
            connector: 'corp',
            groups: ['engineering'],
            attributes: { team: ['a'] },
            roles: { ids: ['by-saml'] },
          },
        ],
      }),
    );
    const asked = { roleId: 'by-saml', purpose: 'credentials', at: new Date(0) } as const;
    const { verdict, mappings } = explain(catalogue, buildUser(), asked);
    expect(verdict.permitted).toBe(false);
    expect(mappings.map(({ mappingId }) => mappingId)).toEqual(['by-attribute', 'exact', 'elsewhere']);
    expect(mappings[0]?.lacks).toEqual(['It asks for the attribute "team" with "a"; it did not arrive.']);
    expect(mappings[1]?.lacks[0]).toContain('Arrived instead: "engineering"');
    expect(mappings[2]?.lacks[0]).toContain('people of connector "cloud"');
  });

  it('ends with what STS will be asked', () => {
    const catalogue = compiled(
      buildCatalogue({
        mappings: [{ id: 'm', connector: 'corp', groups: ['engineering'], roles: { ids: ['by-saml'] } }],
      }),
    );
    const asked = { roleId: 'by-saml', purpose: 'console', at: new Date(0) } as const;
    expect(explain(catalogue, buildUser(), asked).steps.at(-2)).toEqual({
      step: 'sts',
      state: 'ok',
      text: expect.stringMatching(
        /^STS is asked AssumeRoleWithSAML for arn:aws:iam::444455556666:role\/ReadOnly, 3600 seconds, named erin/,
      ) as string,
    });
  });

  it('ends with what the trust policy must allow, and marks that step where AWS refuses', () => {
    const grant = { method: 'assume-role', credentialSource: 'long-term', externalId: 'relation-1' } as const;
    const catalogue = compiled(
      buildCatalogue({
        roles: [{ id: 'far', accountId: '444455556666', roleName: 'Far', grant }],
        mappings: [{ id: 'm', connector: 'corp', groups: ['engineering'], roles: { ids: ['far'] } }],
      }),
    );
    const request = { roleId: 'far', purpose: 'credentials', at: new Date(0) } as const;
    const question = { catalogue, connectors, trust, principal: buildUser(), request };
    const told = explainAccess(question);
    expect(told.needs?.trust[0]?.actions).toEqual(['sts:AssumeRole', 'sts:SetSourceIdentity']);
    expect(told.steps.at(-1)?.text).toContain('sts:ExternalId relation-1');
    const failure = { code: 'sts.refused', detail: 'AccessDenied: not authorized' } as const;
    const refused = explainAccess({ ...question, failure }).steps.at(-1);
    expect(refused).toMatchObject({ step: 'trust', state: 'failed', mend: { list: 'roles', id: 'far' } });
    const elsewhere = { code: 'sts.refused', detail: 'RegionDisabledException: …' } as const;
    const failing = ({ state }: { readonly state: string }): boolean => state === 'failed';
    expect(explainAccess({ ...question, failure: elsewhere }).steps.find(failing)?.step).toBe('sts');

    const own = explainToPerson({ ...question, failure }).at(-1);
    expect(own).toMatchObject({ step: 'trust', state: 'failed' });
    expect(own?.text).toContain('sts:SetSourceIdentity');
    expect(own?.text).not.toMatch(/relation-1|not authorized/);
  });

  it('D09: explains a role that is somebody else’s to a person as one that does not exist', () => {
    const catalogue = compiled(
      buildCatalogue({
        mappings: [{ id: 'secret', connector: 'corp', groups: ['board'], roles: { ids: ['by-saml'] } }],
      }),
    );
    const ask = (roleId: string): unknown =>
      explainToPerson({
        catalogue,
        connectors,
        trust,
        principal: buildUser(),
        request: { roleId, purpose: 'credentials', at: new Date(0) },
      });
    expect(ask('by-saml')).toEqual(ask('nothing'));
    expect(JSON.stringify(ask('by-saml'))).not.toMatch(/board|secret|444455556666/);
    expect(JSON.stringify(ask('by-saml'))).toContain('engineering');
  });
});
