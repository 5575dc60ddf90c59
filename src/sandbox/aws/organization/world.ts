import { Secret } from '../../../lib/secret.ts';
import {
  type Account,
  type Bucket,
  buildAccount,
  type OidcProvider,
  type Role,
  type SamlProvider,
  type StoredPolicy,
  storePolicy,
  type User,
} from './account.ts';
import { entityArn } from './entities.ts';
import { iamArn, PARTITION } from './identifiers.ts';
import { type Identities, identify } from './identities.ts';
import type { AccessKeyData, PolicyData, WorldData } from './world-data.ts';

export type { Account, MfaDevice, OidcProvider, Role, SamlProvider, StoredPolicy, User } from './account.ts';

/** A long-term key and whose it is; without a user it is the root user's. */
export interface LongTermKey {
  readonly id: string;
  readonly secret: Secret;
  readonly accountId: string;
  readonly user: User | undefined;
}

/** The organization, indexed and with its policies parsed. It never changes: a change makes another. */
export interface WorldIndex {
  readonly accounts: readonly Account[];
  readonly accountsById: ReadonlyMap<string, Account>;
  readonly keys: ReadonlyMap<string, LongTermKey>;
  readonly rolesByArn: ReadonlyMap<string, Role>;
  readonly usersByArn: ReadonlyMap<string, User>;
  readonly samlProviders: ReadonlyMap<string, SamlProvider>;
  readonly buckets: ReadonlyMap<string, { readonly bucket: Bucket; readonly account: Account }>;
  readonly managedPolicies: ReadonlyMap<string, StoredPolicy>;
}

/** @throws PolicySyntaxError where a policy cannot be read */
export function indexWorld(data: WorldData, identities: Identities): WorldIndex {
  const managed = new Map([
    ...managedPolicies(PARTITION, data.awsManagedPolicies),
    ...data.accounts.flatMap(({ id, managedPolicies: own }) => managedPolicies(id, own)),
  ]);
  const accounts = data.accounts.map((account) => buildAccount(account, { managed, identities }));
  const usersByArn = new Map(accounts.flatMap(({ users }) => users).map((user) => [user.arn, user]));
  const keys = data.accounts.flatMap(({ id, rootAccessKeys, users = [] }) => [
    ...longTermKeys(id, rootAccessKeys, undefined),
    ...users.flatMap((user) =>
      longTermKeys(id, user.accessKeys, usersByArn.get(entityArn(id, 'user', user))),
    ),
  ]);
  return {
    accounts,
    accountsById: new Map(accounts.map((account) => [account.id, account])),
    keys: new Map(keys.map((key) => [key.id, key])),
    rolesByArn: new Map(accounts.flatMap(({ roles }) => roles).map((role) => [role.arn, role])),
    usersByArn,
    samlProviders: new Map(
      accounts.flatMap(({ samlProviders }) => samlProviders).map((provider) => [provider.arn, provider]),
    ),
    buckets: new Map(
      accounts.flatMap((account) =>
        account.buckets.map((bucket) => [bucket.name, { bucket, account }] as const),
      ),
    ),
    managedPolicies: managed,
  };
}

function managedPolicies(owner: string, policies: readonly PolicyData[] = []): [string, StoredPolicy][] {
  // AWS writes its own with `aws` in the account's place.
  return policies.map(({ name, document }) => {
    const arn = iamArn(owner, `policy/${name}`);
    return [arn, storePolicy({ name: arn, document }, 'identity')];
  });
}

function longTermKeys(
  accountId: string,
  keys: readonly AccessKeyData[] = [],
  user: User | undefined,
): LongTermKey[] {
  return keys.map(({ id, secret }) => ({ id, secret: new Secret(secret), accountId, user }));
}

/**
 * What all services look things up in. Its content can be exchanged as a whole while it is used: whoever looks
 * something up sees the organization before a change or after it. What else changes while the sandbox runs
 * (spent codes, stopped instances) is elsewhere.
 */
export class World {
  #index: WorldIndex;

  constructor(data: WorldData) {
    this.#index = indexWorld(data, identify(data).identities);
  }

  /** From now on everybody sees this organization. */
  replace(index: WorldIndex): void {
    this.#index = index;
  }

  get accounts(): readonly Account[] {
    return this.#index.accounts;
  }

  findAccount(id: string): Account | undefined {
    return this.#index.accountsById.get(id);
  }

  findKey(accessKeyId: string): LongTermKey | undefined {
    return this.#index.keys.get(accessKeyId);
  }

  /** The first key of a user, for whoever sets a client up to use it. */
  keyOf(accountId: string, userName: string): LongTermKey | undefined {
    return [...this.#index.keys.values()].find(
      (key) => key.accountId === accountId && key.user?.name === userName,
    );
  }

  findRole(arn: string): Role | undefined {
    return this.#index.rolesByArn.get(arn);
  }

  findUser(arn: string): User | undefined {
    return this.#index.usersByArn.get(arn);
  }

  findUserByName(accountId: string, name: string): User | undefined {
    return this.findAccount(accountId)?.users.find((user) => user.name === name);
  }

  /** The unique id of a user or role; a later one of the same name has another. */
  idOf(arn: string): string | undefined {
    return (this.findRole(arn) ?? this.findUser(arn))?.id;
  }

  findSamlProvider(arn: string): SamlProvider | undefined {
    return this.#index.samlProviders.get(arn);
  }

  findOidcProvider(accountId: string, issuer: string): OidcProvider | undefined {
    return this.findAccount(accountId)?.oidcProviders.find((provider) => provider.issuer === issuer);
  }

  findManagedPolicy(arn: string): StoredPolicy | undefined {
    return this.#index.managedPolicies.get(arn);
  }

  findBucket(name: string): { readonly bucket: Bucket; readonly account: Account } | undefined {
    return this.#index.buckets.get(name);
  }
}
