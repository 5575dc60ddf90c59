/** What is sent to the one writer, and what it answers. Crosses a thread, so it is plain data. */
import { auditEventText } from '../core/audit-chain.ts';
import type { AuditRow } from '../core/audit-chain.ts';
import type { AuditEvent } from '../core/audit-event.ts';

export type SqlValue = string | number | bigint | null | Uint8Array;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /** The unit is undone unless the statement reads or changes exactly this many rows. */
  readonly expectRows?: number;
  /** Only reads: cannot fail for a reason of its own, so a unit of nothing else needs no savepoint. */
  readonly readOnly?: boolean;
}

export type AuditEntry = Pick<AuditRow, 'at' | 'name' | 'text'>;

/** All or nothing: statements in order, and the audit events that tell of them. */
export interface WriteUnit {
  readonly statements: readonly Statement[];
  readonly audit: readonly AuditEntry[];
}

export type Outcome =
  /** Durably committed. `rows`: how many the statements changed. */
  | { readonly status: 'committed'; readonly rows: number }
  /** An `expectRows` did not hold; nothing of the unit happened. */
  | { readonly status: 'unmet'; readonly statement: number }
  /** A unique constraint refused it; nothing of the unit happened. */
  | { readonly status: 'duplicate' }
  /** The unit itself is wrong: a mistake of ours. Nothing of it happened. */
  | { readonly status: 'faulty'; readonly detail: string }
  /** The database could not commit, or it is not known whether it did. */
  | { readonly status: 'unavailable'; readonly detail: string };

export function auditEntry(event: AuditEvent): AuditEntry {
  return { at: event.at.getTime(), name: event.name, text: auditEventText(event) };
}

/**
 * Drivers store some of what they cannot bind as NULL without a word (a Date in first place, NaN), so
 * nothing reaches them but what SQL has a type for.
 */
export function sqlValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A ${describe(value)} cannot be an SQL parameter.`);
}

function describe(value: unknown): string {
  if (typeof value === 'number') return 'number that is not finite';
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}
