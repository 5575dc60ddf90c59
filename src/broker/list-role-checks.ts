/** What was found when each role was last tried out: on the schedule, or because somebody asked. */
import type { Account, Role } from '../core/catalogue.ts';
import { CHECK_CAUSES } from '../core/onboarding/check-causes.ts';
import type { KeptRoleCheck, RoleCheckStore } from '../core/ports/role-checks.ts';
import type { Administrators, Asker } from './administrators.ts';

export interface ListedRoleCheck extends KeptRoleCheck {
  readonly text: string;
  readonly role: Role;
  readonly account: Account;
}

export interface RoleCheckList {
  /** What does not work comes first. */
  readonly checks: readonly ListedRoleCheck[];
  /** How many roles nobody has tried out yet. */
  readonly untried: number;
}

/** @throws BrokerError `administration.forbidden` */
export type ListRoleChecks = (asker: Asker) => Promise<RoleCheckList>;

export interface ListRoleChecksDependencies {
  readonly administrators: Administrators;
  readonly roleCheckStore: RoleCheckStore;
}

const WORST_FIRST: readonly KeptRoleCheck['outcome'][] = ['fails', 'warns', 'unchecked', 'works'];

export function createListRoleChecks({
  administrators,
  roleCheckStore,
}: ListRoleChecksDependencies): ListRoleChecks {
  return async (asker) => {
    const { current } = await administrators.admit(asker);
    const { roles } = current.compiled;
    const checks = (await roleCheckStore.list()).flatMap((check) => {
      // What was found of a role that is gone is nobody's concern.
      const entry = roles.get(check.roleId);
      if (entry === undefined) return [];
      const { role, account } = entry;
      return [{ ...check, text: CHECK_CAUSES[check.cause].text, role, account }];
    });
    const rank = ({ outcome }: ListedRoleCheck): number => WORST_FIRST.indexOf(outcome);
    return {
      checks: checks.toSorted((a, b) => rank(a) - rank(b) || (a.roleId < b.roleId ? -1 : 1)),
      untried: roles.size - checks.length,
    };
  };
}
