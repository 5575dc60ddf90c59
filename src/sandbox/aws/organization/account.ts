import type { NamedPolicy } from '../../../iam/authorization.ts';
import { parsePolicy } from '../../../iam/parse-policy.ts';
import type { PolicyKind } from '../../../iam/policy.ts';
import { entityArn } from './entities.ts';
import { iamArn, issuerName } from './identifiers.ts';
import { bucketPolicyOf, type Identities, trustPolicyOf } from './identities.ts';
import type {
  AccountData,
  BucketData,
  InstanceData,
  OidcProviderData,
  PolicyData,
  RoleData,
  SamlProviderData,
  UserData,
} from './world-data.ts';

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
  readonly path: string;
  readonly accountId: string;
  /** Inline, attached, and by way of groups. */
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

export interface Bucket extends BucketData {
  /** `policy`, read, with the principals that it was saved for. */
  readonly resourcePolicy: StoredPolicy | undefined;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly alias: string | undefined;
  readonly organizationId: string | undefined;
  readonly isManagementAccount: boolean;
  readonly disabledRegions: ReadonlySet<string>;
  readonly users: readonly User[];
  readonly roles: readonly Role[];
  readonly samlProviders: readonly SamlProvider[];
  readonly oidcProviders: readonly OidcProvider[];
  readonly serviceControlPolicies: readonly StoredPolicy[];
  readonly instances: readonly InstanceData[];
  readonly buckets: readonly Bucket[];
}

export type ManagedPolicies = ReadonlyMap<string, StoredPolicy>;

/** What an account is built from beside its own data. */
interface Surroundings {
  readonly managed: ManagedPolicies;
  readonly identities: Identities;
}

/** @throws PolicySyntaxError where a policy cannot be read */
export function storePolicy({ name, document }: PolicyData, kind: PolicyKind): StoredPolicy {
  return { name, document, policy: parsePolicy(JSON.stringify(document), kind) };
}

export function buildAccount(data: AccountData, around: Surroundings): Account {
  const { id, samlProviders = [], oidcProviders = [], buckets = [] } = data;
  return {
    id,
    name: data.name,
    alias: data.alias,
    organizationId: data.organizationId,
    isManagementAccount: data.isManagementAccount ?? false,
    disabledRegions: new Set(data.disabledRegions),
    users: (data.users ?? []).map((user) => buildUser(data, user, around)),
    roles: (data.roles ?? []).map((role) => buildRole(id, role, around)),
    samlProviders: samlProviders.map((provider) => ({
      ...provider,
      arn: iamArn(id, `saml-provider/${provider.name}`),
      accountId: id,
    })),
    oidcProviders: oidcProviders.map((provider) => ({
      ...provider,
      arn: iamArn(id, `oidc-provider/${issuerName(provider.issuer)}`),
      accountId: id,
    })),
    serviceControlPolicies: (data.serviceControlPolicies ?? []).map((policy) =>
      storePolicy(policy, 'service-control'),
    ),
    instances: data.instances ?? [],
    buckets: buckets.map((bucket) => buildBucket(id, bucket, around.identities)),
  };
}

function buildEntity(
  { accountId, kind }: { readonly accountId: string; readonly kind: 'user' | 'role' },
  data: UserData | RoleData,
  { managed, identities }: Surroundings,
): Entity {
  const arn = entityArn(accountId, kind, data);
  return {
    arn,
    id: identities.ids.get(arn) ?? '',
    name: data.name,
    path: data.path ?? '/',
    accountId,
    policies: [
      ...(data.policies ?? []).map((policy) => storePolicy(policy, 'identity')),
      ...attached(data.managedPolicyArns, managed),
    ],
    boundary: data.boundary === undefined ? undefined : storePolicy(data.boundary, 'boundary'),
    tags: data.tags ?? {},
  };
}

function attached(arns: readonly string[] | undefined, managed: ManagedPolicies): StoredPolicy[] {
  return (arns ?? []).flatMap((arn) => managed.get(arn) ?? []);
}

function buildUser(account: AccountData, data: UserData, around: Surroundings): User {
  const entity = buildEntity({ accountId: account.id, kind: 'user' }, data, around);
  const groups = (account.groups ?? []).filter(({ name }) => data.groups?.includes(name));
  const serialNumber = iamArn(account.id, `mfa/${data.name}`);
  return {
    ...entity,
    policies: [
      ...entity.policies,
      ...groups.flatMap(({ name, policies = [], managedPolicyArns }) => [
        ...policies.map((policy) =>
          storePolicy({ ...policy, name: `${policy.name} of the group ${name}` }, 'identity'),
        ),
        ...attached(managedPolicyArns, around.managed),
      ]),
    ],
    mfaDevice: data.mfaSeed === undefined ? undefined : { serialNumber, seed: data.mfaSeed },
  };
}

function buildRole(accountId: string, data: RoleData, around: Surroundings): Role {
  const entity = buildEntity({ accountId, kind: 'role' }, data, around);
  const { decided, shown } = trustPolicyOf(entity.arn, data.trustPolicy, around.identities);
  const name = `the trust policy of ${data.name}`;
  return {
    ...entity,
    description: data.description ?? '',
    maxSessionSeconds: data.maxSessionSeconds ?? 3600,
    trustPolicy: { ...storePolicy({ name, document: decided }, 'trust'), document: shown },
  };
}

function buildBucket(accountId: string, data: BucketData, identities: Identities): Bucket {
  if (data.policy === undefined) return { ...data, resourcePolicy: undefined };
  const { decided, shown } = bucketPolicyOf(accountId, data.name, data.policy, identities);
  const stored = storePolicy(
    { name: `the policy of the bucket ${data.name}`, document: decided },
    'resource',
  );
  return { ...data, policy: shown, resourcePolicy: { ...stored, document: shown } };
}
