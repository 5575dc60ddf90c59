import type { AuditEvent } from '../audit-event.ts';
import type { CheckCause } from '../onboarding/check-causes.ts';
import type { Standing } from '../principal.ts';

export const CHECK_OUTCOMES = ['works', 'warns', 'fails', 'unchecked'] as const;

export interface RoleCheckResult {
  readonly roleId: string;
  readonly outcome: (typeof CHECK_OUTCOMES)[number];
  readonly cause: CheckCause;
  /** AWS's own words. */
  readonly detail?: string;
}

export interface KeptRoleCheck extends RoleCheckResult {
  readonly at: Date;
}

/** What was found when each role was last tried out, by whichever node. */
export interface RoleCheckStore {
  /**
   * @param told what must still hold of whoever asked for it, in the same transaction.
   * @throws BrokerError `session.ended`, `token.invalid`
   */
  keep(
    check: KeptRoleCheck,
    told: { readonly event: AuditEvent; readonly standing: Standing | undefined },
  ): Promise<void>;
  list(): Promise<readonly KeptRoleCheck[]>;
}
