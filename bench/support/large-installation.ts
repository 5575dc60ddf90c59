/**
 * 10,000 people, 2,000 accounts, 10,000 roles, each tried out, and 20,000 mappings, put into the store as signing in,
 * trying out and changing would.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { differenceOf } from '../../src/core/catalogue-difference.ts';
import { catalogueSchema, type Catalogue } from '../../src/core/catalogue.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { identityText, searchTextOf } from '../../src/stores/person-text.ts';

const ACCOUNTS = 2_000;
const ROLES = 10_000;
const MAPPINGS = 20_000;
const PEOPLE = 10_000;
const TEAMS = 2_000;
const TEAMS_OF_ONE = 8;

export const CONNECTOR = 'sandbox-oidc';

export function largeCatalogue(small: unknown): Catalogue {
  return catalogueSchema.parse({
    ...(small as object),
    accounts: times(ACCOUNTS, (index) => ({
      id: accountOf(index),
      name: `Account ${index}`,
      environment: index % 4 === 0 ? 'production' : 'development',
    })),
    roles: times(ROLES, (index) => ({
      id: `role-${index}`,
      accountId: accountOf(index % ACCOUNTS),
      roleName: `Role${index}`,
      grant: { method: 'assume-role-with-saml' },
      tags: { team: `team-${index % TEAMS}` },
    })),
    mappings: [
      { id: 'everybody', connector: CONNECTOR, groups: ['everybody'], roles: { ids: ['role-0', 'role-1'] } },
      ...times(MAPPINGS - 1, (index) => ({
        id: `mapping-${index}`,
        connector: CONNECTOR,
        groups: [`team-${index % TEAMS}`],
        roles: {
          ids: [`role-${index % ROLES}`, `role-${(index * 7) % ROLES}`],
          ...(index % 10 === 0 ? { accounts: [accountOf(index % ACCOUNTS)] } : {}),
          ...(index % 1_000 === 0 ? { pattern: `role-${index % 97}*` } : {}),
        },
        limits: { maximumDurationSeconds: 3_600 },
        note: `What team ${index % TEAMS} works with`,
      })),
    ],
  });
}

/** Into a database whose Daypass has started once and is stopped: version 2, and everybody who ever signed in. */
export function fillStore(file: string, catalogue: Catalogue): void {
  const database = new DatabaseSync(file);
  database.exec('begin');
  database
    .prepare(
      'insert into catalogue_versions (version, catalogue, difference, created_at) values (2, ?, ?, ?)',
    )
    .run(
      JSON.stringify(catalogue),
      JSON.stringify(differenceOf(catalogueSchema.parse({}), catalogue)),
      Date.now(),
    );
  const person = database.prepare(
    'insert into people (connector_id, subject_hash, identity, search_text, authenticated_at, contexts, signed_in_at) values (?, ?, ?, ?, ?, ?, ?)',
  );
  for (let index = 0; index < PEOPLE; index += 1) {
    const identity = identityText({
      connectorId: CONNECTOR,
      subject: `person-${index}`,
      displayName: `Person ${index}`,
      email: `person-${index}@example.com`,
      groups: ['everybody', ...times(TEAMS_OF_ONE, (team) => `team-${(index * (team + 1)) % TEAMS}`)],
      attributes: new Map([['department', [`department-${index % 50}`]]]),
    });
    const at = Date.now() - index * 1_000;
    person.run(CONNECTOR, sha256Hex(`person-${index}`), identity, searchTextOf(identity), at, '[]', at);
  }
  const check = database.prepare('insert into role_checks (role_id, checked_at, result) values (?, ?, ?)');
  for (let index = 0; index < ROLES; index += 1) {
    const found = index % 3 === 0 ? FAILED : { outcome: 'works', cause: 'check.works' };
    check.run(`role-${index}`, Date.now() - index * 1_000, JSON.stringify(found));
  }
  database.exec('commit');
  database.close();
}

const FAILED = {
  outcome: 'fails',
  cause: 'provider.missing',
  detail: 'AccessDenied: User is not authorized to perform: sts:AssumeRoleWithSAML',
};

function accountOf(index: number): string {
  return String(100_000_000_000 + index);
}

function times<Made>(count: number, make: (index: number) => Made): Made[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
