/** What administrators hand to the owners of accounts, and whether it works; each verb is in a file of its own. */
import { createRoleChecks, type RoleChecks, type RoleChecksDependencies } from './check-role.ts';
import {
  createGiveExternalId,
  type GiveExternalId,
  type GiveExternalIdDependencies,
} from './give-external-id.ts';
import { createLintRolePolicy, type LintRolePolicy } from './lint-role-policy.ts';
import {
  createListRoleChecks,
  type ListRoleChecks,
  type ListRoleChecksDependencies,
} from './list-role-checks.ts';
import { createOnboardRole, type OnboardRole } from './onboard-role.ts';

export interface RoleSetup {
  readonly onboardRole: OnboardRole;
  readonly giveExternalId: GiveExternalId;
  readonly roleChecks: RoleChecks;
  readonly listRoleChecks: ListRoleChecks;
  readonly lintRolePolicy: LintRolePolicy;
}

export type RoleSetupDependencies = RoleChecksDependencies &
  ListRoleChecksDependencies &
  GiveExternalIdDependencies;

export function createRoleSetup(dependencies: RoleSetupDependencies): RoleSetup {
  return {
    onboardRole: createOnboardRole(dependencies),
    giveExternalId: createGiveExternalId(dependencies),
    roleChecks: createRoleChecks(dependencies),
    listRoleChecks: createListRoleChecks(dependencies),
    lintRolePolicy: createLintRolePolicy(dependencies),
  };
}
