/**
 * IAM Identity Center as its own commands print it: `aws sso-admin describe-permission-set` and
 * `list-account-assignments`, `aws identitystore list-groups` and `list-users`, `aws organizations list-accounts`.
 */
import { leftOut, noFindings, quoted, toCheck, type Findings, type ImportFile } from './findings.ts';
import {
  collectPrinted,
  type Assignment,
  type PermissionSet,
  type Printed,
} from './identity-center-output.ts';
import { partitionNamed } from './role-arn.ts';

export function readIdentityCenter(files: readonly ImportFile[]): Findings {
  const findings = noFindings();
  const printed = collectPrinted(files, findings);
  findings.accounts.push(...printed.accounts);
  const names = new Map(printed.accounts.map(({ id, name }) => [id, name]));
  const told = new Set<string>();
  for (const assignment of printed.assignments) {
    addAssignment(assignment, { printed, names, findings, told });
  }
  const assigned = new Set(printed.assignments.map(({ permissionSetArn }) => permissionSetArn));
  for (const [arn, { name, at }] of printed.permissionSets) {
    if (assigned.has(arn)) continue;
    leftOut(findings, at, `permission set ${quoted(name)} is assigned nowhere in these files`);
  }
  return findings;
}

interface Work {
  readonly printed: Printed;
  readonly names: ReadonlyMap<string, string>;
  readonly findings: Findings;
  /** What was said of something that many assignments name. */
  readonly told: Set<string>;
}

function addAssignment(assignment: Assignment, work: Work): void {
  const { printed, findings } = work;
  const { accountId, permissionSetArn, principalType, principalId, at } = assignment;
  const permissionSet = printed.permissionSets.get(permissionSetArn);
  if (permissionSet === undefined) {
    leftOut(findings, at, `permission set ${quoted(permissionSetArn)} is not described in these files`);
    return;
  }
  addRole(assignment, permissionSet, work);
  const isGroup = principalType === 'GROUP';
  const principal = (isGroup ? printed.groups : printed.users).get(principalId);
  if (principal === undefined) {
    leftOut(
      findings,
      at,
      `${isGroup ? 'group' : 'user'} ${quoted(principalId)} is not listed in these files`,
    );
    return;
  }
  once(work, `${principalType} ${principalId}`, () =>
    toCheck(
      findings,
      principal.at,
      isGroup
        ? `group ${quoted(principal.name)}: compare this name with what your provider sends`
        : `user ${quoted(principal.name)}: compare this name with the subject that your provider sends`,
    ),
  );
  findings.access.push({
    who: isGroup ? 'groups' : 'users',
    value: principal.name,
    role: { accountId, roleName: permissionSet.name },
    called: `${principal.name} ${permissionSet.name}`,
    at,
  });
}

/** AWS lets nobody but Identity Center assume what it made of a permission set, so a role of that name is needed. */
function addRole({ accountId, permissionSetArn, at }: Assignment, set: PermissionSet, work: Work): void {
  const { findings, names } = work;
  once(work, permissionSetArn, () =>
    toCheck(
      findings,
      set.at,
      `permission set ${quoted(set.name)}: make a role of this name with its policies in each account; nobody else can assume Identity Center’s own`,
    ),
  );
  once(work, `${permissionSetArn} ${accountId}`, () =>
    findings.roles.push({
      settings: {
        accountId,
        roleName: set.name,
        ...(set.description === undefined ? {} : { description: set.description }),
        ...(set.seconds === undefined ? {} : { maximumDurationSeconds: set.seconds }),
        ...(set.relayState === undefined ? {} : { consoleDestination: set.relayState }),
        grant: { method: 'assume-role-with-saml' },
      },
      partition: partitionNamed(permissionSetArn.split(':')[1]),
      called: `${names.get(accountId) ?? accountId} ${set.name}`,
      at,
    }),
  );
}

function once({ told }: Work, key: string, tell: () => void): void {
  if (told.has(key)) return;
  told.add(key);
  tell();
}
