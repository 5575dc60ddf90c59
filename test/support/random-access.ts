/** Random catalogues and principals, small enough that they often speak of one another. */
import fc from 'fast-check';
import type { z } from 'zod';
import { catalogueSchema, type Catalogue } from '../../src/core/catalogue.ts';
import type { Principal } from '../../src/core/principal.ts';
import { ANY_POLICY, buildUser } from './build-catalogue.ts';

type CatalogueInput = z.input<typeof catalogueSchema>;
type RoleInput = NonNullable<CatalogueInput['roles']>[number];
type MappingInput = NonNullable<CatalogueInput['mappings']>[number];

const ACCOUNTS = ['111111111111', '222222222222'];
const ROLES = ['r1', 'r2', 'r3', 'r4'];
const GROUPS = ['engineering', 'Engineering', 'ops', 'ops '];
const APPLICATIONS = ['ci', 'report'];
const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 1 });
const perhaps = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const grant: fc.Arbitrary<RoleInput['grant']> = fc.constantFrom(
  { method: 'assume-role-with-saml' } as const,
  { method: 'assume-role', credentialSource: 'session' } as const,
  { method: 'get-session-token', credentialSource: 'long-term' } as const,
);

const role = (id: string): fc.Arbitrary<RoleInput> =>
  fc.record({
    id: fc.constant(id),
    accountId: fc.constantFrom(...ACCOUNTS),
    roleName: fc.constantFrom('Reader', 'Writer'),
    grant,
    maximumDurationSeconds: perhaps(fc.constantFrom(3_600, 7_200)),
    reuse: fc.constantFrom(undefined, undefined, { minimumLeftSeconds: 900 }),
    reservedForServices: fc.constantFrom([], [], ['lambda.amazonaws.com']),
    authentication: fc.constantFrom(undefined, undefined, { contexts: ['mfa'] }, { maximumAgeSeconds: 60 }),
    tags: fc.constantFrom({}, { tier: 'read' }),
  });

type Attributes = Record<string, string[]>;

const who: fc.Arbitrary<Partial<MappingInput>> = fc.oneof(
  fc.record({
    connector: fc.constantFrom('corp', 'cloud'),
    groups: some(GROUPS),
    attributes: fc.constantFrom<Attributes[]>({}, { team: ['a'] }),
  }),
  fc.record({ connector: fc.constant('corp'), users: some(['erin', 'sam']) }),
  fc.record({
    connector: fc.constant('corp'),
    attributes: fc.constantFrom<Attributes[]>({ team: ['a', 'b'] }, { team: ['b'], site: ['x'] }),
  }),
  fc.record({ applications: some(APPLICATIONS) }),
);

const limits: fc.Arbitrary<MappingInput['limits']> = fc.constantFrom(
  {},
  {},
  { maximumDurationSeconds: 1_800 },
  { sessionPolicy: ANY_POLICY },
  { sessionTags: [{ key: 'team', fromAttribute: 'team' }] },
);

const roles = fc.oneof(
  some(ROLES).map((ids) => ({ ids })),
  some(ACCOUNTS).map((accounts) => ({ accounts })),
  fc.constantFrom({ pattern: 'r?' }, { tags: { tier: 'read' } }),
);

const mapping = (id: string): fc.Arbitrary<MappingInput> =>
  fc.record({ who, roles, limits, order: fc.constantFrom(1, 2) }).map((parts) => ({
    id,
    ...parts.who,
    roles: parts.roles,
    limits: parts.limits,
    order: parts.order,
  }));

export const randomCatalogue: fc.Arbitrary<Catalogue> = fc
  .record({
    roles: fc.tuple(...ROLES.map((id) => perhaps(role(id)))),
    mappings: fc.tuple(...['m1', 'm2', 'm3', 'm4', 'm5'].map((id) => perhaps(mapping(id)))),
  })
  .map((parts) =>
    catalogueSchema.parse({
      connectors: [
        { kind: 'saml', id: 'corp', label: 'Corp', metadataUrl: 'https://idp.example/metadata' },
        { kind: 'oidc', id: 'cloud', label: 'Cloud', issuer: 'https://op.example', clientId: 'daypass' },
      ],
      accounts: ACCOUNTS.map((id) => ({ id, name: id })),
      roles: parts.roles.filter((each) => each !== undefined).map(withoutUndefined),
      mappings: parts.mappings.filter((each) => each !== undefined).map(withoutUndefined),
      applications: APPLICATIONS.map((id) => ({ id, name: id, secretHashes: [`sha256:${'a'.repeat(64)}`] })),
      administrators: [{ connector: 'corp', users: ['root'] }],
    }),
  );

function withoutUndefined(entry: object): object {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

const user: fc.Arbitrary<Principal> = fc
  .record({
    connectorId: fc.constantFrom('corp', 'cloud'),
    subject: fc.constantFrom('erin', 'sam', 'kim'),
    groups: fc.subarray(GROUPS),
    team: fc.subarray(['a', 'b']),
    site: fc.subarray(['x']),
    contexts: fc.subarray(['mfa']),
    onlyRoles: perhaps(some(ROLES)),
  })
  .map(({ team, site, contexts, onlyRoles, ...identity }) => ({
    ...buildUser({
      ...identity,
      attributes: new Map([
        ['team', team],
        ['site', site],
      ]),
    }),
    authentication: { at: new Date(0), contexts },
    ...(onlyRoles === undefined ? {} : { onlyRoles }),
  }));

const application: fc.Arbitrary<Principal> = fc.constantFrom(...APPLICATIONS).map((id) => ({
  kind: 'application',
  id,
  name: id,
  standing: { kind: 'access-token', idHash: '0' },
}));

export const randomPrincipal: fc.Arbitrary<Principal> = fc.oneof({ weight: 4, arbitrary: user }, application);
