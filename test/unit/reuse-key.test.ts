/** A09: what has to be the same before anybody gets what somebody got a moment ago. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reuseKeyOf, type ReuseWish } from '../../src/broker/reuse-key.ts';
import { decideAccess } from '../../src/core/decide-access.ts';
import type { UserPrincipal } from '../../src/core/principal.ts';
import { ANY_POLICY, buildCatalogue, buildUser, compiled } from '../support/build-catalogue.ts';

const TAGS = [{ key: 'department', fromAttribute: 'department', transitive: true }];

const CATALOGUE = compiled(
  buildCatalogue({
    roles: buildCatalogue().roles.map((role) => ({ ...role, reuse: { minimumLeftSeconds: 900 } })),
    mappings: [
      rule('first', ['by-saml', 'by-key', 'by-own-token']),
      rule('tagged', ['by-saml'], { sessionTags: TAGS }),
      rule('managed', ['by-saml'], { managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }),
      rule('unnamed', ['by-saml'], { sourceIdentity: false }),
    ],
  }),
);

function rule(id: string, ids: string[], limits: object = {}) {
  return {
    id,
    order: id === 'first' ? 1 : 2,
    connector: 'corp',
    groups: ['engineering'],
    roles: { ids },
    limits,
  };
}

interface Asked {
  readonly subject: string;
  readonly department: string;
  readonly standing: UserPrincipal['standing'];
  readonly actor: string | undefined;
  readonly roleId: string;
  readonly mappingId: string;
  readonly durationSeconds: number;
  readonly resource: string | undefined;
  readonly catalogueVersion: number;
  readonly userIdToken: string | undefined;
}

function keyOf(asked: Asked, change: Partial<ReuseWish> = {}): string | undefined {
  const { subject, department, standing, actor, resource, userIdToken } = asked;
  const attributes = new Map([['department', [department]]]);
  const principal = {
    ...buildUser({ subject, attributes }),
    standing,
    ...(actor === undefined ? {} : { actor }),
  };
  const sessionPolicy = { ...ANY_POLICY, Statement: [{ Effect: 'Deny', Action: '*', Resource: resource }] };
  const permit = decideAccess(CATALOGUE, principal, {
    roleId: asked.roleId,
    mappingId: asked.roleId === 'by-saml' ? asked.mappingId : 'first',
    durationSeconds: asked.durationSeconds,
    purpose: 'credentials',
    at: new Date(0),
    ...(resource === undefined ? {} : { sessionPolicy: JSON.stringify(sessionPolicy) }),
  });
  if (!permit.permitted) throw new Error(`${permit.code}: ${permit.detail}`);
  const input = userIdToken === undefined ? {} : { userIdToken };
  const { catalogueVersion } = asked;
  return reuseKeyOf({ permit, catalogueVersion, input, purpose: 'credentials', ...change });
}

const USUAL: Asked = {
  subject: 'erin',
  department: 'payments',
  standing: { kind: 'access-token', idHash: 'a'.repeat(64) },
  actor: undefined,
  roleId: 'by-saml',
  mappingId: 'tagged',
  durationSeconds: 3_600,
  resource: undefined,
  catalogueVersion: 7,
  userIdToken: undefined,
};

const PERSON = { connectorId: 'corp', subject: 'erin' };

describe('A09: the key of credentials that are reused', () => {
  it.each<readonly [string, Partial<Asked>]>([
    ['another person', { subject: 'priya' }],
    ['the same person in other letters', { subject: 'Erin' }],
    ['another token', { standing: { kind: 'access-token', idHash: 'b'.repeat(64) } }],
    ['a sign-in session of the same hash', { standing: { kind: 'sign-in-session', idHash: 'a'.repeat(64) } }],
    ['another session behind it', { standing: { ...USUAL.standing, sessionIdHash: 'c'.repeat(64) } }],
    ['a person behind it', { standing: { ...USUAL.standing, person: PERSON } }],
    ['an application in the person’s name', { actor: 'worker' }],
    ['another role', { roleId: 'by-key' }],
    ['another mapping', { mappingId: 'first' }],
    ['a mapping with managed policies', { mappingId: 'managed' }],
    ['a mapping without a source identity', { mappingId: 'unnamed' }],
    ['a second more', { durationSeconds: 3_601 }],
    ['a session policy', { resource: 'arn:aws:s3:::one' }],
    ['a tag with another value', { department: 'sales' }],
    ['a newer catalogue', { catalogueVersion: 8 }],
    ['an ID token to pass on', { userIdToken: 'x.y.z' }],
  ])('differs for %s', (_what, change) => {
    expect(keyOf({ ...USUAL, ...change })).not.toBe(keyOf(USUAL));
  });

  it('is the same for the same, however often it is decided', () => {
    expect(keyOf({ ...USUAL })).toBe(keyOf(USUAL));
  });

  it('differs whenever anything differs, and only then', () => {
    const few = <T>(...values: readonly T[]) => fc.constantFrom(...values);
    const asked: fc.Arbitrary<Asked> = fc.record({
      subject: few('erin', 'priya', 'erin,priya'),
      department: few('payments', 'sales'),
      standing: few<Asked['standing']>(USUAL.standing, { ...USUAL.standing, sessionIdHash: 'c' }),
      actor: few(undefined, 'worker'),
      roleId: few('by-saml', 'by-key', 'by-own-token'),
      mappingId: few('first', 'tagged', 'unnamed'),
      durationSeconds: few(900, 3_600),
      resource: few(undefined, 'arn:aws:s3:::one', 'arn:aws:s3:::two'),
      catalogueVersion: few(1, 2),
      userIdToken: few(undefined, 'x.y.z'),
    });
    const meant = (one: Asked): string => {
      const mappingId = one.roleId === 'by-saml' ? one.mappingId : 'first';
      // A department that no tag carries makes no difference to AWS.
      return JSON.stringify({ ...one, mappingId, department: mappingId === 'tagged' ? one.department : '' });
    };
    fc.assert(
      fc.property(asked, asked, (one, other) => {
        expect(keyOf(one) === keyOf(other)).toBe(meant(one) === meant(other));
      }),
      { numRuns: 500 },
    );
  });

  it('is not there for an MFA code, nor for the console', () => {
    expect(keyOf(USUAL, { input: { mfaCode: '123456' } })).toBeUndefined();
    expect(keyOf(USUAL, { purpose: 'console' })).toBeUndefined();
  });

  it('tells nothing of what it stands for', () => {
    expect(keyOf({ ...USUAL, userIdToken: 'the.persons.token' })).toMatch(/^[0-9a-f]{64}$/);
  });
});
