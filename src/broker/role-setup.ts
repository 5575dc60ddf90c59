/** What administrators hand to the owners of accounts, joined; each verb is in a file of its own. */
import { createOnboardRole, type OnboardRole, type OnboardRoleDependencies } from './onboard-role.ts';

export interface RoleSetup {
  readonly onboardRole: OnboardRole;
}

export function createRoleSetup(dependencies: OnboardRoleDependencies): RoleSetup {
  return { onboardRole: createOnboardRole(dependencies) };
}
