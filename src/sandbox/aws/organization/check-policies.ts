import { parsePolicy, PolicySyntaxError } from '../../../iam/parse-policy.ts';
import type { PolicyKind } from '../../../iam/policy.ts';
import { entitiesOf } from './entities.ts';
import type { OrganizationDocument } from './organization-schema.ts';
import type { Finding, Path } from './problem.ts';

/** Every policy of the organization, read as IAM would read it when it is saved. */
export function checkPolicies(document: OrganizationDocument): Finding[] {
  return policiesOf(document).flatMap(({ document: policy, kind, path }) => checkPolicy(policy, kind, path));
}

interface PolicyPlace {
  readonly document: object;
  readonly kind: PolicyKind;
  readonly path: Path;
}

function policiesOf(organization: OrganizationDocument): PolicyPlace[] {
  const { awsManagedPolicies, accounts } = organization;
  const ofEntities = entitiesOf(organization).flatMap(({ kind, entity, path }): PolicyPlace[] => [
    ...listed(entity.policies, 'identity', [...path, 'policies']),
    ...one(entity.boundary?.document, 'boundary', [...path, 'boundary', 'document']),
    ...(kind === 'role' ? one(entity.trustPolicy, 'trust', [...path, 'trustPolicy']) : []),
  ]);
  const ofAccounts = accounts.flatMap((account, at): PolicyPlace[] => {
    const path = ['accounts', at];
    const { managedPolicies, serviceControlPolicies, groups = [], buckets = [] } = account;
    return [
      ...listed(managedPolicies, 'identity', [...path, 'managedPolicies']),
      ...listed(serviceControlPolicies, 'service-control', [...path, 'serviceControlPolicies']),
      ...groups.flatMap(({ policies }, index) =>
        listed(policies, 'identity', [...path, 'groups', index, 'policies']),
      ),
      ...buckets.flatMap(({ policy }, index) =>
        one(policy, 'resource', [...path, 'buckets', index, 'policy']),
      ),
    ];
  });
  return [...listed(awsManagedPolicies, 'identity', ['awsManagedPolicies']), ...ofEntities, ...ofAccounts];
}

function listed(
  policies: readonly { readonly document: object }[] | undefined,
  kind: PolicyKind,
  path: Path,
): PolicyPlace[] {
  return (policies ?? []).map(({ document }, index) => ({
    document,
    kind,
    path: [...path, index, 'document'],
  }));
}

function one(document: object | undefined, kind: PolicyKind, path: Path): PolicyPlace[] {
  return document === undefined ? [] : [{ document, kind, path }];
}

function checkPolicy(document: object, kind: PolicyKind, path: Path): Finding[] {
  try {
    parsePolicy(JSON.stringify(document), kind);
    return [];
  } catch (error) {
    if (!(error instanceof PolicySyntaxError)) throw error;
    const { where, message } = error;
    return [{ path: [...path, ...partsOf(where)], message, code: 'MalformedPolicyDocument', status: 400 }];
  }
}

/** `Statement[1].Effect` as a path; of a name that holds dots the nearest parent is found. */
function partsOf(where: string): (string | number)[] {
  const parts = where.match(/[^.[\]]+/g) ?? [];
  return parts.filter((part) => part !== 'Policy').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
