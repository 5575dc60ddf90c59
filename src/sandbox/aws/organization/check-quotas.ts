/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
import { entitiesOf, type EntityPlace } from './entities.ts';
import type { AccountDocument, OrganizationDocument } from './organization-schema.ts';
import type { Finding, Path } from './problem.ts';

const TRUST_POLICY_SIZE = 2048;
const MANAGED_POLICY_SIZE = 6144;
const ATTACHED_POLICIES = 10;
const TAGS = 50;
/** Of all inline policies of one entity together. */
const INLINE_SIZE = { user: 2048, role: 10_240, group: 5120 } as const;

const PER_ACCOUNT = [
  { list: 'users', quota: 'UsersPerAccount', maximum: 5000 },
  { list: 'groups', quota: 'GroupsPerAccount', maximum: 300 },
  { list: 'roles', quota: 'RolesPerAccount', maximum: 1000 },
  { list: 'managedPolicies', quota: 'PoliciesPerAccount', maximum: 1500 },
  { list: 'samlProviders', quota: 'SAMLProvidersPerAccount', maximum: 100 },
  { list: 'oidcProviders', quota: 'OpenIdConnectProvidersPerAccount', maximum: 100 },
] as const;

export function checkQuotas(document: OrganizationDocument): Finding[] {
  return [
    ...document.accounts.flatMap((account, at) => checkAccount(account, ['accounts', at])),
    ...entitiesOf(document).flatMap(checkEntity),
  ];
}

function checkAccount(account: AccountDocument, path: Path): Finding[] {
  return [
    ...PER_ACCOUNT.filter(({ list, maximum }) => (account[list]?.length ?? 0) > maximum).map(
      ({ list, quota, maximum }) => exceeded([...path, list], quota, maximum),
    ),
    ...(account.groups ?? []).flatMap(({ name, policies, managedPolicyArns = [] }, index) => {
      const at = [...path, 'groups', index];
      return [
        ...checkInline('group', { name, policies }, at),
        ...(managedPolicyArns.length > ATTACHED_POLICIES
          ? [exceeded([...at, 'managedPolicyArns'], 'PoliciesPerGroup', ATTACHED_POLICIES)]
          : []),
      ];
    }),
    ...(account.managedPolicies ?? []).flatMap(({ document }, index) =>
      sizeOf(document) > MANAGED_POLICY_SIZE
        ? [exceeded([...path, 'managedPolicies', index, 'document'], 'PolicySize', MANAGED_POLICY_SIZE)]
        : [],
    ),
  ];
}

function checkEntity({ kind, account, entity, path }: EntityPlace): Finding[] {
  const { trustPolicySize = TRUST_POLICY_SIZE, managedPoliciesPerRole = ATTACHED_POLICIES } =
    account.quotas ?? {};
  const attached = entity.managedPolicyArns?.length ?? 0;
  const most = kind === 'role' ? managedPoliciesPerRole : ATTACHED_POLICIES;
  const quota = kind === 'role' ? 'PoliciesPerRole' : 'PoliciesPerUser';
  return [
    ...(attached > most ? [exceeded([...path, 'managedPolicyArns'], quota, most)] : []),
    ...checkInline(kind, entity, path),
    ...checkTags(entity.tags ?? {}, [...path, 'tags']),
    ...(kind === 'role' && sizeOf(entity.trustPolicy) > trustPolicySize
      ? [exceeded([...path, 'trustPolicy'], 'ACLSizePerRole', trustPolicySize)]
      : []),
  ];
}

interface WithPolicies {
  readonly name: string;
  readonly policies?: readonly { readonly document: object }[] | undefined;
}

function checkInline(
  kind: keyof typeof INLINE_SIZE,
  { name, policies = [] }: WithPolicies,
  path: Path,
): Finding[] {
  const size = policies.reduce((sum, { document }) => sum + sizeOf(document), 0);
  const maximum = INLINE_SIZE[kind];
  if (size <= maximum) return [];
  const message = `Maximum policy size of ${maximum} bytes exceeded for ${kind} ${name}`;
  return [{ path: [...path, 'policies'], message, ...LIMIT_EXCEEDED }];
}

function checkTags(tags: Readonly<Record<string, string>>, path: Path): Finding[] {
  const keys = Object.keys(tags);
  const refused = (message: string): Finding => ({ path, message, code: 'InvalidInput', status: 400 });
  return [
    ...(keys.length > TAGS ? [refused(`The number of tags has reached the maximum limit.`)] : []),
    ...(new Set(keys.map((key) => key.toLowerCase())).size < keys.length
      ? [refused('Duplicate tag keys found. Please note that Tag keys are case insensitive.')]
      : []),
    ...(keys.some((key) => key.toLowerCase().startsWith('aws:'))
      ? [refused('Tag keys that begin with aws: are reserved for AWS')]
      : []),
  ];
}

/** AWS does not count white space between the parts of a document. */
function sizeOf(document: object): number {
  return JSON.stringify(document).length;
}

const LIMIT_EXCEEDED = { code: 'LimitExceeded', status: 409 } as const;

function exceeded(path: Path, quota: string, maximum: number): Finding {
  return { path, message: `Cannot exceed quota for ${quota}: ${maximum}`, ...LIMIT_EXCEEDED };
}
