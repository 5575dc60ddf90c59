import type { AuditEvent } from '../audit-event.ts';
import type { Standing } from '../principal.ts';

export interface AuditSink {
  /**
   * Resolves once the event is durably committed.
   *
   * @param standing what must still hold in the same transaction: the session or token is there, neither
   *   revoked nor expired at `event.at`.
   * @throws BrokerError `session.ended` or `token.invalid` if it no longer holds (nothing is recorded then);
   *   `store.unavailable` if the event cannot be committed.
   */
  record(event: AuditEvent, standing?: Standing): Promise<void>;
}
