/** The audit record as it lies on disk, read while the broker runs. */
import { DatabaseSync } from '@photostructure/sqlite';
import type { AuditEventName } from '../../src/core/audit-event.ts';
import type { TestBroker } from './start-test-broker.ts';

export interface RecordedEvent {
  readonly sequence: number;
  readonly name: AuditEventName;
  readonly principal?: string;
  readonly origin: { readonly door: string; readonly requestId: string };
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Oldest first, from after a sequence on. */
export function storedAudit({ daypass }: Pick<TestBroker, 'daypass'>, after = 0): RecordedEvent[] {
  const { store } = daypass.config;
  if (store.kind !== 'sqlite') throw new Error('only a SQLite file can be read from beside');
  const database = new DatabaseSync(store.file, { readOnly: true, timeout: 1_000 });
  try {
    const rows = database
      .prepare('select sequence, text from audit_events where sequence > ? order by sequence')
      .all(after) as { readonly sequence: number; readonly text: string }[];
    return rows.map(({ sequence, text }) => ({
      ...(JSON.parse(text) as Omit<RecordedEvent, 'sequence'>),
      sequence,
    }));
  } finally {
    database.close();
  }
}

/** What was recorded for one request, by the id that its answer carried. */
export function recordedFor(
  broker: Pick<TestBroker, 'daypass'>,
  answer: { readonly headers: Headers },
): RecordedEvent[] {
  const requestId = answer.headers.get('x-request-id');
  return storedAudit(broker).filter(({ origin }) => origin.requestId === requestId);
}
