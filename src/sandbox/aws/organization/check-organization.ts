/**
 * What spans the entries of an organization: names that have to differ, and what has to exist where it is
 * referred to. Each mistake with its place, and with the error that IAM has for it where IAM has one.
 */
import { checkPolicies } from './check-policies.ts';
import { checkProviders } from './check-providers.ts';
import { checkQuotas } from './check-quotas.ts';
import { entitiesOf, type EntityPlace } from './entities.ts';
import { accountOfAccessKeyId, iamArn, issuerName } from './identifiers.ts';
import type { AccountDocument, OrganizationDocument } from './organization-schema.ts';
import type { Origins } from './placeholders.ts';
import type { Finding, Path } from './problem.ts';

/** @param document with its placeholders filled */
export function checkOrganization(document: OrganizationDocument, origins: Origins): Finding[] {
  return [
    ...repeated(
      document.accounts,
      ['accounts'],
      ({ id }) => id,
      (id) => `there is an account ${id} already`,
    ),
    ...repeatedAcrossAccounts(document),
    ...document.accounts.flatMap((account, index) => checkAccount(account, ['accounts', index])),
    ...checkProviders(document, origins),
    ...checkReferences(document),
    ...checkPolicies(document),
    ...checkQuotas(document),
  ];
}

function checkAccount(account: AccountDocument, path: Path): Finding[] {
  const { id, users = [], roles = [], groups = [], samlProviders = [], oidcProviders = [] } = account;
  const lowered = ({ name }: { readonly name: string }): string => name.toLowerCase();
  const taken =
    (kind: string) =>
    (_key: string, { name }: { readonly name: string }) =>
      `${kind} with name ${name} already exists.`;
  return [
    // IAM compares these names without case, though it keeps theirs.
    ...repeated(users, [...path, 'users'], lowered, taken('User')),
    ...repeated(roles, [...path, 'roles'], lowered, taken('Role')),
    ...repeated(groups, [...path, 'groups'], lowered, taken('Group')),
    ...repeated(samlProviders, [...path, 'samlProviders'], ({ name }) => name, taken('SAMLProvider')),
    ...repeated(
      oidcProviders,
      [...path, 'oidcProviders'],
      ({ issuer }) => issuerName(issuer),
      (issuer) => `Provider with url ${issuer} already exists.`,
    ),
    ...repeated(
      account.managedPolicies ?? [],
      [...path, 'managedPolicies'],
      ({ name }) => (name.split('/').at(-1) ?? name).toLowerCase(),
      (name) => `A policy called ${name} already exists. Duplicate names are not allowed.`,
    ),
    ...(account.rootAccessKeys ?? []).flatMap((key, index) =>
      checkKeyOwner(id, key.id, [...path, 'rootAccessKeys', index, 'id']),
    ),
  ];
}

function checkKeyOwner(accountId: string, keyId: string | undefined, path: Path): Finding[] {
  const owner = keyId === undefined ? accountId : accountOfAccessKeyId(keyId);
  return owner === accountId
    ? []
    : [
        {
          path,
          message: `a key id carries its account, and this one carries ${owner ?? 'none'}; leave it out`,
        },
      ];
}

/** Names that all of AWS shares. */
function repeatedAcrossAccounts({ accounts }: OrganizationDocument): Finding[] {
  const all = <T>(list: string, of: (account: AccountDocument) => readonly T[] | undefined) =>
    accounts.flatMap((account, at) =>
      (of(account) ?? []).map((entry, index) => ({ entry, path: ['accounts', at, list, index] as Path })),
    );
  const aliases = accounts.flatMap(({ alias }, at) =>
    alias === undefined ? [] : [{ entry: alias, path: ['accounts', at, 'alias'] as Path }],
  );
  const keys = accounts.flatMap(({ users = [], rootAccessKeys = [] }, at) => [
    ...rootAccessKeys.map(({ id }, index) => ({
      entry: id,
      path: ['accounts', at, 'rootAccessKeys', index],
    })),
    ...users.flatMap(({ accessKeys = [] }, user) =>
      accessKeys.map(({ id }, index) => ({
        entry: id,
        path: ['accounts', at, 'users', user, 'accessKeys', index],
      })),
    ),
  ]);
  return [
    ...taken(
      aliases,
      (alias) => alias,
      (alias) => `The account alias ${alias} already exists.`,
    ),
    ...taken(
      all('buckets', ({ buckets }) => buckets),
      ({ name }) => name,
      (name) => `The bucket name ${name} is taken; all of AWS shares the names of buckets`,
    ),
    ...taken(
      all('instances', ({ instances }) => instances),
      ({ id }) => id,
      (id) => `there is an instance ${id} already`,
    ),
    ...taken(
      keys.flatMap(({ entry, path }) => (entry === undefined ? [] : [{ entry, path }])),
      (id) => id,
      (id) => `there is an access key ${id} already`,
    ),
  ];
}

function repeated<T>(
  entries: readonly T[],
  path: Path,
  keyOf: (entry: T) => string,
  say: (key: string, entry: T) => string,
): Finding[] {
  return taken(
    entries.map((entry, index) => ({ entry, path: [...path, index] })),
    keyOf,
    say,
  );
}

function taken<T>(
  places: readonly { readonly entry: T; readonly path: Path }[],
  keyOf: (entry: T) => string,
  say: (key: string, entry: T) => string,
): Finding[] {
  const seen = new Set<string>();
  return places.flatMap(({ entry, path }) => {
    const key = keyOf(entry);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ path, message: say(key, entry), code: 'EntityAlreadyExists', status: 409 }];
  });
}

/** Managed policies and groups that users, roles and groups name. */
function checkReferences(document: OrganizationDocument): Finding[] {
  const policies = new Set(
    (document.awsManagedPolicies ?? []).map(({ name }) => iamArn('aws', `policy/${name}`)),
  );
  for (const { id, managedPolicies = [] } of document.accounts)
    for (const { name } of managedPolicies) policies.add(iamArn(id, `policy/${name}`));
  const attached = (accountId: string, arns: readonly string[] | undefined, path: Path): Finding[] =>
    (arns ?? []).flatMap((arn, index) => {
      const owner = arn.split(':')[4];
      if ((owner === 'aws' || owner === accountId) && policies.has(arn)) return [];
      const message = `Policy ${arn} does not exist or is not attachable.`;
      return [{ path: [...path, 'managedPolicyArns', index], message, code: 'NoSuchEntity', status: 404 }];
    });
  const ofEntities = entitiesOf(document).flatMap((place) => [
    ...attached(place.account.id, place.entity.managedPolicyArns, place.path),
    ...(place.kind === 'user' ? checkUser(place) : []),
  ]);
  const ofGroups = document.accounts.flatMap(({ id, groups = [] }, at) =>
    groups.flatMap(({ managedPolicyArns }, index) =>
      attached(id, managedPolicyArns, ['accounts', at, 'groups', index]),
    ),
  );
  return [...ofEntities, ...ofGroups];
}

function checkUser({ account, entity, path }: Extract<EntityPlace, { kind: 'user' }>): Finding[] {
  const groups = new Set((account.groups ?? []).map(({ name }) => name));
  return [
    ...(entity.groups ?? []).flatMap((name, index) =>
      groups.has(name)
        ? []
        : [
            {
              path: [...path, 'groups', index],
              message: `The group with name ${name} cannot be found.`,
              code: 'NoSuchEntity',
              status: 404,
            },
          ],
    ),
    ...(entity.accessKeys ?? []).flatMap((key, index) =>
      checkKeyOwner(account.id, key.id, [...path, 'accessKeys', index, 'id']),
    ),
  ];
}
