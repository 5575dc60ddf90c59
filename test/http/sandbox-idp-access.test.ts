import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { catalogueSchema, type Catalogue } from '../../src/core/catalogue.ts';
import { compileCatalogue, type CompiledCatalogue } from '../../src/core/compile-catalogue.ts';
import { decideAccess } from '../../src/core/decide-access.ts';
import { listEntitlements } from '../../src/core/entitlements.ts';
import { GRANT_METHOD_NAMES } from '../../src/core/grant-methods.ts';
import type { Principal } from '../../src/core/principal.ts';
import { accessYaml, SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { PEOPLE } from '../../src/sandbox/identity-providers/people.ts';

const SEED = accessYaml({
  awsUrl: 'http://localhost:8081',
  identityProvidersUrl: 'http://localhost:8082',
});

function seedCatalogue(): Catalogue {
  return catalogueSchema.parse(parse(SEED));
}

function compileSeed(): CompiledCatalogue {
  const sources = ['tools-broker', 'example-corp', 'reports', 'tools'];
  const compilation = compileCatalogue(seedCatalogue(), {
    credentialSources: new Map(sources.map((name) => [name, { longTerm: true }])),
    secretNames: new Set(Object.keys(SANDBOX_SECRETS)),
    allowHttp: true,
  });
  expect(compilation.problems).toEqual([]);
  if (compilation.catalogue === undefined) throw new Error('the seed does not compile');
  return compilation.catalogue;
}

function principalOf(subject: string, connectorId = 'sandbox-oidc'): Principal {
  const person = PEOPLE.find((candidate) => candidate.subject === subject);
  if (person === undefined) throw new Error(`nobody is called ${subject}`);
  const { groups } = person;
  const attributes = new Map(Object.entries(person.attributes).map(([name, value]) => [name, [value]]));
  return {
    kind: 'user',
    identity: { connectorId, subject, groups, attributes },
    authentication: { at: new Date(0), contexts: [] },
    standing: { kind: 'sign-in-session', idHash: '0'.repeat(64) },
  };
}

function rolesOf(subject: string, connectorId?: string): string[] {
  return listEntitlements(compileSeed(), principalOf(subject, connectorId))
    .map(({ role }) => role.id)
    .sort();
}

describe('the catalogue that fits the sandbox', () => {
  it('fits the broker’s own schema and compiles without a problem', () => {
    expect(compileSeed().roles.size).toBe(15);
  });

  it('shows every grant method', () => {
    const methods = new Set(seedCatalogue().roles.map((role) => role.grant.method));
    expect([...methods].sort()).toEqual([...GRANT_METHOD_NAMES].sort());
  });

  it('says in one line what each role shows, and names all four situations', () => {
    const descriptions = seedCatalogue().roles.map((role) => role.description ?? '');
    expect(descriptions.filter((line) => line.length < 20 || line.includes('\n'))).toEqual([]);
    for (const number of [1, 2, 3, 4]) {
      expect(descriptions.some((line) => line.startsWith(`Situation ${number}`))).toBe(true);
    }
  });

  it('gives each person what their groups say, by either connector', () => {
    const engineer = [
      'development-data-analyst',
      'development-developer',
      'development-readonly',
      'production-ec2-operator',
      'production-readonly',
      'tools-edge-list-buckets',
      'tools-reports',
    ];
    expect(rolesOf('erin.engel', 'sandbox-saml')).toEqual(engineer);
    expect(rolesOf('erin.engel')).toEqual([...engineer, 'development-data-analyst-own-token'].sort());
    expect(rolesOf('priya.nair', 'sandbox-saml')).toEqual(
      [
        ...engineer,
        'production-developer',
        'production-developer-step-up',
        'production-support-operator',
      ].sort(),
    );
    expect(rolesOf('alex.admin', 'sandbox-saml')).toEqual([...engineer, 'tools-session'].sort());
    expect(rolesOf('carlos.ortiz')).toEqual([
      'tools-cost-reader',
      'tools-cost-reader-other-id',
      'tools-cost-reader-without-id',
    ]);
    expect(rolesOf('nora.quinn')).toEqual([]);
  });

  it('refuses the role for services to a person who finds it, and says why', () => {
    const decision = decideAccess(compileSeed(), principalOf('erin.engel'), {
      roleId: 'tools-edge-list-buckets',
      purpose: 'credentials',
      at: new Date(0),
    });
    expect(decision).toMatchObject({ permitted: false, code: 'role.reserved_for_service' });
  });

  it('tags the payments lead’s session with her department, transitively', () => {
    const decision = decideAccess(compileSeed(), principalOf('priya.nair', 'sandbox-saml'), {
      roleId: 'production-developer',
      purpose: 'credentials',
      at: new Date(0),
    });
    expect(decision).toMatchObject({
      permitted: true,
      sessionTags: [
        { key: 'department', value: 'payments', transitive: true },
        { key: 'costCenter', value: 'cc-3310', transitive: false },
      ],
    });
  });

  it('holds no secret in the clear', () => {
    for (const secret of Object.values(SANDBOX_SECRETS)) expect(SEED).not.toContain(secret);
  });
});
