import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogueSchema, type Role } from '../../src/core/catalogue.ts';
import { decideAccess, type AccessRequest, type Permit } from '../../src/core/decide-access.ts';
import type { Denial } from '../../src/core/denial.ts';
import { listEntitlements } from '../../src/core/entitlements.ts';
import type { ApplicationPrincipal, Authentication, Principal } from '../../src/core/principal.ts';
import { demandOf } from '../../src/core/required-authentication.ts';
import { ANY_POLICY, buildCatalogue, buildUser, compiled } from '../support/build-catalogue.ts';

const NOW = new Date('2026-03-01T12:00:00.500Z');
const MFA = 'https://refeds.org/profile/mfa';
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';

type Asked = { readonly maximumAgeSeconds?: number; readonly contexts?: readonly string[] };

function signedIn(secondsAgo: number, contexts: readonly string[] = []): Principal {
  const at = new Date(NOW.getTime() - secondsAgo * 1_000);
  return { ...buildUser(), authentication: { at, contexts } };
}

const APPLICATION: ApplicationPrincipal = {
  kind: 'application',
  id: 'reports',
  name: 'Reports',
  standing: { kind: 'access-token', idHash: '0'.repeat(64) },
};

const PEOPLE = { connector: 'corp', groups: ['engineering'] };
const takesPolicy = (roleId: string): boolean => roleId !== 'session';

/** Every role of the catalogue asks for the same, and both the engineer and the application have all of them. */
function catalogueThatAsks(asked: Asked): ReturnType<typeof compiled> {
  const usual = buildCatalogue();
  const authentication = { ...asked, contexts: [...(asked.contexts ?? [])] };
  return compiled(
    catalogueSchema.parse({
      ...usual,
      roles: usual.roles.map((role): Role => ({ ...role, authentication })),
      applications: [{ id: 'reports', name: 'Reports', secretHashes: [`sha256:${'0'.repeat(64)}`] }],
      mappings: [
        {
          id: 'people',
          ...PEOPLE,
          roles: { ids: usual.roles.map(({ id }) => id).filter(takesPolicy) },
          limits: { sessionPolicy: ANY_POLICY },
        },
        { id: 'people-session', ...PEOPLE, roles: { ids: ['session'] } },
        { id: 'programs', applications: ['reports'], roles: { ids: ['by-saml'] } },
      ],
    }),
  );
}

function decide(asked: Asked, principal: Principal, request: Partial<AccessRequest> = {}): Permit | Denial {
  return decideAccess(catalogueThatAsks(asked), principal, {
    roleId: 'by-saml',
    purpose: 'credentials',
    at: NOW,
    ...request,
  });
}

const outcome = (decision: Permit | Denial): string => (decision.permitted ? 'permitted' : decision.code);

describe('a role that asks how somebody signed in', () => {
  it.each<[string, Asked, Principal, string]>([
    ['a sign-in of right now', { maximumAgeSeconds: 900 }, signedIn(0), 'permitted'],
    ['a sign-in at the very end of its time', { maximumAgeSeconds: 900 }, signedIn(900), 'permitted'],
    ['a millisecond later', { maximumAgeSeconds: 900 }, signedIn(900.001), 'sign_in.again'],
    ['a sign-in of yesterday', { maximumAgeSeconds: 900 }, signedIn(86_400), 'sign_in.again'],
    ['a time to come, by a clock ahead of ours', { maximumAgeSeconds: 30 }, signedIn(-90), 'permitted'],
    ['a time that is none', { maximumAgeSeconds: 900 }, signedIn(Number.NaN), 'sign_in.again'],
    ['an old sign-in where no age is asked', { contexts: [MFA] }, signedIn(86_400, [MFA]), 'permitted'],
    ['one of several contexts', { contexts: [PASSWORD, MFA] }, signedIn(0, ['x', MFA]), 'permitted'],
    ['another context', { contexts: [MFA] }, signedIn(0, [PASSWORD]), 'sign_in.stronger'],
    ['no context', { contexts: [MFA] }, signedIn(0), 'sign_in.stronger'],
    ['the context in other case', { contexts: [MFA] }, signedIn(0, [MFA.toUpperCase()]), 'sign_in.stronger'],
    ['a longer context', { contexts: [MFA] }, signedIn(0, [`${MFA}/not`]), 'sign_in.stronger'],
    ['a list in one value', { contexts: [MFA] }, signedIn(0, [`pwd ${MFA}`]), 'sign_in.stronger'],
    ['old and weak', { maximumAgeSeconds: 900, contexts: [MFA] }, signedIn(901), 'sign_in.stronger'],
    ['strong and old', { maximumAgeSeconds: 900, contexts: [MFA] }, signedIn(901, [MFA]), 'sign_in.again'],
    ['strong and fresh', { maximumAgeSeconds: 900, contexts: [MFA] }, signedIn(1, [MFA]), 'permitted'],
  ])('S48, O23: with %s', (_what, asked, principal, expected) => {
    expect(outcome(decide(asked, principal))).toBe(expected);
  });

  it.each<[string, AccessRequest['purpose']]>([
    ['by-saml', 'console'],
    ['by-saml', 'credentials'],
    ['by-web-identity', 'console'],
    ['by-own-token', 'credentials'],
    ['by-key', 'console'],
    ['chained', 'credentials'],
    ['federation', 'console'],
    ['session', 'credentials'],
  ])('asks whatever the grant method: %s for %s', (roleId, purpose) => {
    const asked = { maximumAgeSeconds: 60 };
    expect(outcome(decide(asked, signedIn(60), { roleId, purpose }))).toBe('permitted');
    expect(outcome(decide(asked, signedIn(61), { roleId, purpose }))).toBe('sign_in.again');
  });

  it('says to the person how recent, and to the operator what was missing', () => {
    expect(decide({ maximumAgeSeconds: 5_400 }, signedIn(6_000))).toMatchObject({
      hint: 'This role needs a sign-in of the last 1 hour 30 minutes.',
      detail: 'the sign-in is not of the last 1 hour 30 minutes',
    });
    expect(decide({ contexts: [MFA] }, signedIn(0))).toMatchObject({
      detail: expect.stringContaining(MFA) as string,
    });
  });

  it('refuses an application, which never signs in, by a code of its own', () => {
    expect(outcome(decide({ maximumAgeSeconds: 86_400 }, APPLICATION))).toBe('role.for_people');
    expect(outcome(decide({ contexts: [MFA] }, APPLICATION))).toBe('role.for_people');
  });

  it('sends nobody to sign in for what would be refused afterwards', () => {
    const asked = { maximumAgeSeconds: 60 };
    const old = signedIn(61);
    expect(outcome(decide(asked, old, { durationSeconds: 1 }))).toBe('duration');
    expect(outcome(decide(asked, old, { mappingId: 'another' }))).toBe('mapping.not_found');
    expect(outcome(decide(asked, old, { sessionPolicy: '{' }))).toBe('session_policy.malformed');
    expect(outcome(decide(asked, old, { roleId: 'for-lambda' }))).toBe('role.reserved_for_service');
  });

  it('says nothing of what it asks to who does not have it', () => {
    const stranger = { ...signedIn(86_400), identity: buildUser({ groups: [] }).identity };
    expect(outcome(decide({ maximumAgeSeconds: 60 }, stranger as Principal))).toBe('role.not_found');
  });

  it('is still among what the person may use', () => {
    const listed = listEntitlements(catalogueThatAsks({ maximumAgeSeconds: 60 }), signedIn(86_400));
    expect(listed.map(({ role }) => role.id)).toContain('by-saml');
  });

  it('never permits a sign-in that is too old or too weak, and always one that is neither', () => {
    const contexts = ['a', 'b', 'c'];
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 30, max: 86_400 }), { nil: undefined }),
        fc.subarray(contexts),
        fc.integer({ min: -90_000_000, max: 90_000_000 }),
        fc.subarray(contexts),
        (maximumAgeSeconds, asked, ageMilliseconds, has) => {
          fc.pre(maximumAgeSeconds !== undefined || asked.length > 0);
          const rule = { contexts: asked, ...(maximumAgeSeconds === undefined ? {} : { maximumAgeSeconds }) };
          const strong = asked.length === 0 || asked.some((context) => has.includes(context));
          const fresh = maximumAgeSeconds === undefined || ageMilliseconds <= maximumAgeSeconds * 1_000;
          const decision = decide(rule, signedIn(ageMilliseconds / 1_000, has));
          expect(decision.permitted).toBe(strong && fresh);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('must ask for something', () => {
    const roles = [{ ...buildCatalogue().roles[0], authentication: {} }];
    expect(catalogueSchema.safeParse({ roles }).error?.issues[0]?.message).toBe(
      'give maximumAgeSeconds, contexts or both',
    );
  });
});

describe('what the identity provider is asked for', () => {
  it('is a sign-in from this second on where the role says how old one may be, and one of its contexts', () => {
    expect(demandOf({ maximumAgeSeconds: 900, contexts: [MFA] }, NOW)).toEqual({
      after: new Date('2026-03-01T12:00:00.000Z'),
      contexts: [MFA],
    });
    expect(demandOf({ contexts: [MFA] }, NOW)).toEqual({ contexts: [MFA] });
    expect(demandOf(undefined, NOW)).toBeUndefined();
  });

  it('is enough for the role once it is met', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 86_400 }), fc.integer({ min: 0, max: 29 }), (age, later) => {
        const asked = { maximumAgeSeconds: age, contexts: [MFA] };
        const demand = demandOf(asked, NOW);
        const met: Authentication = { at: demand?.after ?? new Date(0), contexts: [MFA] };
        const at = new Date(NOW.getTime() + later * 1_000);
        const principal = { ...buildUser(), authentication: met };
        expect(outcome(decide(asked, principal, { at }))).toBe('permitted');
      }),
      { numRuns: 100 },
    );
  });
});
