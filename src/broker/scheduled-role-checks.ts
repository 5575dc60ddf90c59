/** Every role tried out every so often: trust policies are changed by others, who tell nobody here. */
import type { Clock } from '../core/ports/clock.ts';
import type { RateLimitStore } from '../core/ports/stores.ts';
import type { RoleCheck, RoleChecks } from './check-role.ts';

export interface ScheduledRoleChecks {
  /** 0 for never. */
  readonly everyHours: number;
  readonly roleChecks: Pick<RoleChecks, 'checkAll'>;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  /** Of each role that does not work, or works too well. */
  readonly report: (check: RoleCheck) => void;
}

/** @returns what is called more often than roles are due; of all nodes one checks them. */
export function scheduledRoleChecks({
  everyHours,
  roleChecks,
  rateLimits,
  clock,
  report,
}: ScheduledRoleChecks): () => Promise<void> {
  // A bucket that holds one and fills once in so many hours, for all nodes and over restarts.
  const limit = { burst: 1, perMinute: 1 / (everyHours * 60) };
  return async () => {
    if (everyHours === 0) return;
    const { waitSeconds } = await rateLimits.take('role checks', limit, clock.now());
    if (waitSeconds > 0) return;
    await roleChecks.checkAll((check) => {
      if (check.outcome === 'fails' || check.outcome === 'warns') report(check);
    });
  };
}
