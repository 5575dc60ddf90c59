/** The audit record as it lies on disk, read while the broker runs. */
import { DatabaseSync } from '@photostructure/sqlite';
import type { AuditEventName } from '../../src/core/audit-event.ts';
import type { TestBroker } from './start-test-broker.ts';

export interface RecordedEvent {
  readonly sequence: number;
  readonly name: AuditEventName;
  readonly principal?: string;
  readonly origin: { readonly door: string; readonly requestId: string; readonly sourceIp?: string };
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Oldest first, from after a sequence on. */
export function storedAudit(broker: Pick<TestBroker, 'daypass'>, after = 0): RecordedEvent[] {
  return auditIn(fileOf(broker), after);
}

/** The same, of a broker in another process. */
export function auditIn(file: string, after = 0): RecordedEvent[] {
  return read(file, 'select sequence, text from audit_events where sequence > ? order by sequence', after);
}

function fileOf({ daypass }: Pick<TestBroker, 'daypass'>): string {
  const { store } = daypass.config;
  if (store.kind !== 'sqlite') throw new Error('only a SQLite file can be read from beside');
  return store.file;
}

function read(file: string, query: string, value: number | string): RecordedEvent[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  try {
    const rows = database.prepare(query).all(value) as {
      readonly sequence: number;
      readonly text: string;
    }[];
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
  return recordedIn(fileOf(broker), answer);
}

/** The same, of a broker in another process. */
export function recordedIn(file: string, { headers }: { readonly headers: Headers }): RecordedEvent[] {
  const requestId = headers.get('x-request-id') ?? '';
  // The database looks through a long record faster than it can be parsed.
  const holding = 'select sequence, text from audit_events where instr(text, ?) > 0 order by sequence';
  return read(file, holding, requestId).filter(({ origin }) => origin.requestId === requestId);
}
