import type { Logger } from 'pino';
import type { RoleSetup } from '../broker/role-setup.ts';
import { scheduledRoleChecks } from '../broker/scheduled-role-checks.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Stores } from '../core/ports/stores.ts';

interface RoleCheckParts {
  readonly logger: Logger;
  readonly stores: Pick<Stores, 'rateLimits'>;
  readonly clock: Clock;
}

/** What is wrong with a role is a line for operators; whoever asks the doctor sees the same, with its patch. */
export function roleChecksOf(
  { roleChecks }: Config,
  { logger, stores, clock }: RoleCheckParts,
  setup: Pick<RoleSetup, 'roleChecks'>,
): () => void {
  const run = scheduledRoleChecks({
    ...roleChecks,
    ...setup,
    rateLimits: stores.rateLimits,
    clock,
    report: ({ roleId, cause, text, detail }) =>
      logger.warn({ alarm: 'role-check', role: roleId, cause, detail }, text),
  });
  return () => {
    run().catch((error: unknown) => logger.error({ err: error }, 'checking roles failed'));
  };
}
