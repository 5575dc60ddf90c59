import type { NamedPolicy } from '../../../iam/authorization.ts';
import { parsePolicy } from '../../../iam/parse-policy.ts';
import type { PolicyKind } from '../../../iam/policy.ts';
import { Secret } from '../../../lib/secret.ts';
import { iamArn, issuerName, PARTITION, uniqueId } from './identifiers.ts';
import type {
  AccessKeyData,
  AccountData,
  BucketData,
  InstanceData,
  OidcProviderData,
  PolicyData,
  RoleData,
  SamlProviderData,
  UserData,
  WorldData,
} from './world-data.ts';

/*
 * The organization, indexed and with its policies parsed: a policy that does not parse stops the
 * sandbox at start. What changes while it runs (sessions, spent codes, stopped instances) is elsewhere.
 */

export interface StoredPolicy extends NamedPolicy {
  /** As the administrator wrote it, for pages. */
  readonly document: object;
}

export interface MfaDevice {
  readonly serialNumber: string;
  readonly seed: Uint8Array;
}

interface Entity {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly policies: readonly StoredPolicy[];
  readonly boundary: StoredPolicy | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface User extends Entity {
  readonly mfaDevice: MfaDevice | undefined;
}

export interface Role extends Entity {
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly trustPolicy: StoredPolicy;
}

export interface SamlProvider extends SamlProviderData {
  readonly arn: string;
  readonly accountId: string;
}

export interface OidcProvider extends OidcProviderData {
  readonly arn: string;
  readonly accountId: string;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly alias: string | undefined;
  readonly organizationId: string | undefined;
  readonly disabledRegions: ReadonlySet<string>;
  readonly users: readonly User[];
  readonly roles: readonly Role[];
  readonly samlProviders: readonly SamlProvider[];
  readonly oidcProviders: readonly OidcProvider[];
  readonly serviceControlPolicies: readonly StoredPolicy[];
  readonly instances: readonly InstanceData[];
  readonly buckets: readonly BucketData[];
}

/** A long-term key and whose it is; without a user it is the root user's. */
export interface LongTermKey {
  readonly id: string;
  readonly secret: Secret;
  readonly accountId: string;
  readonly user: User | undefined;
}

export class World {
  readonly accounts: readonly Account[];
  readonly #accountsById: ReadonlyMap<string, Account>;
  readonly #keys = new Map<string, LongTermKey>();
  readonly #rolesByArn: ReadonlyMap<string, Role>;
  readonly #usersByArn: ReadonlyMap<string, User>;
  readonly #managedPolicies = new Map<string, StoredPolicy>();

  constructor(data: WorldData) {
    this.accounts = data.accounts.map(buildAccount);
    this.#accountsById = new Map(this.accounts.map((account) => [account.id, account]));
    this.#rolesByArn = byArn(this.accounts.flatMap((account) => account.roles));
    this.#usersByArn = byArn(this.accounts.flatMap((account) => account.users));
    this.#addManagedPolicies(PARTITION, data.awsManagedPolicies);
    for (const account of data.accounts) {
      this.#addManagedPolicies(account.id, account.managedPolicies);
      this.#addKeys(account.id, account.rootAccessKeys, undefined);
      for (const user of account.users ?? []) {
        this.#addKeys(account.id, user.accessKeys, this.findUser(userArn(account.id, user)));
      }
    }
  }

  findAccount(id: string): Account | undefined {
    return this.#accountsById.get(id);
  }

  findKey(accessKeyId: string): LongTermKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** The first key of a user, for whoever sets a client up to use it. */
  keyOf(accountId: string, userName: string): LongTermKey | undefined {
    return [...this.#keys.values()].find((key) => key.accountId === accountId && key.user?.name === userName);
  }

  findRole(arn: string): Role | undefined {
    return this.#rolesByArn.get(arn);
  }

  findUser(arn: string): User | undefined {
    return this.#usersByArn.get(arn);
  }

  findUserByName(accountId: string, name: string): User | undefined {
    return this.findAccount(accountId)?.users.find((user) => user.name === name);
  }

  findSamlProvider(arn: string): SamlProvider | undefined {
    return this.accounts.flatMap((account) => account.samlProviders).find((provider) => provider.arn === arn);
  }

  findOidcProvider(accountId: string, issuer: string): OidcProvider | undefined {
    return this.findAccount(accountId)?.oidcProviders.find((provider) => provider.issuer === issuer);
  }

  findManagedPolicy(arn: string): StoredPolicy | undefined {
    return this.#managedPolicies.get(arn);
  }

  findBucket(name: string): { bucket: BucketData; account: Account } | undefined {
    for (const account of this.accounts) {
      const bucket = account.buckets.find((candidate) => candidate.name === name);
      if (bucket !== undefined) return { bucket, account };
    }
    return undefined;
  }

  #addManagedPolicies(owner: string, policies: readonly PolicyData[] | undefined): void {
    for (const data of policies ?? []) {
      const arn = iamArn(owner, `policy/${data.name}`);
      this.#managedPolicies.set(arn, storePolicy({ ...data, name: arn }, 'identity'));
    }
  }

  #addKeys(accountId: string, keys: readonly AccessKeyData[] | undefined, user: User | undefined): void {
    for (const { id, secret } of keys ?? []) {
      this.#keys.set(id, { id, secret: new Secret(secret), accountId, user });
    }
  }
}

function byArn<T extends Entity>(entities: readonly T[]): ReadonlyMap<string, T> {
  return new Map(entities.map((entity) => [entity.arn, entity]));
}

function storePolicy({ name, document }: PolicyData, kind: PolicyKind): StoredPolicy {
  return { name, document, policy: parsePolicy(JSON.stringify(document), kind) };
}

function userArn(accountId: string, user: UserData): string {
  return iamArn(accountId, `user${user.path ?? '/'}${user.name}`);
}

function buildEntity(accountId: string, data: UserData | RoleData, kind: 'user' | 'role'): Entity {
  const arn = iamArn(accountId, `${kind}${data.path ?? '/'}${data.name}`);
  return {
    arn,
    id: uniqueId(kind === 'role' ? 'AROA' : 'AIDA', arn),
    name: data.name,
    accountId,
    policies: (data.policies ?? []).map((policy) => storePolicy(policy, 'identity')),
    boundary: data.boundary === undefined ? undefined : storePolicy(data.boundary, 'boundary'),
    tags: data.tags ?? {},
  };
}

function buildUser(accountId: string, data: UserData): User {
  const serialNumber = iamArn(accountId, `mfa/${data.name}`);
  const mfaDevice = data.mfaSeed === undefined ? undefined : { serialNumber, seed: data.mfaSeed };
  return { ...buildEntity(accountId, data, 'user'), mfaDevice };
}

function buildRole(accountId: string, data: RoleData): Role {
  return {
    ...buildEntity(accountId, data, 'role'),
    description: data.description ?? '',
    maxSessionSeconds: data.maxSessionSeconds ?? 3600,
    trustPolicy: storePolicy(
      { name: `the trust policy of ${data.name}`, document: data.trustPolicy },
      'trust',
    ),
  };
}

function buildAccount(data: AccountData): Account {
  const samlProviders = (data.samlProviders ?? []).map((provider) => ({
    ...provider,
    arn: iamArn(data.id, `saml-provider/${provider.name}`),
    accountId: data.id,
  }));
  const oidcProviders = (data.oidcProviders ?? []).map((provider) => ({
    ...provider,
    arn: iamArn(data.id, `oidc-provider/${issuerName(provider.issuer)}`),
    accountId: data.id,
  }));
  return {
    id: data.id,
    name: data.name,
    alias: data.alias,
    organizationId: data.organizationId,
    disabledRegions: new Set(data.disabledRegions),
    users: (data.users ?? []).map((user) => buildUser(data.id, user)),
    roles: (data.roles ?? []).map((role) => buildRole(data.id, role)),
    samlProviders,
    oidcProviders,
    serviceControlPolicies: (data.serviceControlPolicies ?? []).map((policy) =>
      storePolicy(policy, 'service-control'),
    ),
    instances: data.instances ?? [],
    buckets: data.buckets ?? [],
  };
}
