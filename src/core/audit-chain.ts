/**
 * The audit hash chain: every row's hash covers the row and the hash before it, so an edit, a deletion, an
 * insertion or a change of order shows in the first row that does not fit.
 *
 *     hash = SHA-256( previous hash "\n" JSON(chain) "\n" sequence "\n" text ), hex
 *
 * A chain starts with sequence 1 after GENESIS_HASH. There is one chain for each node's name.
 */
import { hash } from 'node:crypto';
import type { AuditEvent } from './audit-event.ts';

export const GENESIS_HASH = '0'.repeat(64);

/** The last row of a chain: where the next one is linked. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { sequence: 0, hash: GENESIS_HASH };

/** An audit row as it is kept. `at` and `name` repeat what the text says, for queries. */
export interface AuditRow {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly name: string;
  /** The event's text; see {@link auditEventText}. */
  readonly text: string;
}

/** The event as JSON, its members always in this order. The text is kept as it is, and what is hashed is the text. */
export function auditEventText({ at, name, principal, origin, detail }: AuditEvent): string {
  return JSON.stringify({ at: at.toISOString(), name, principal, origin, detail });
}

/** @throws Error where the text is not an event's: only an altered row can have one. */
export function parseAuditEventText(text: string): AuditEvent {
  const value: unknown = JSON.parse(text);
  if (!isEventRecord(value)) throw new Error('An audit row does not hold an audit event.');
  return { ...value, at: new Date(value.at) };
}

type EventRecord = Omit<AuditEvent, 'at'> & { readonly at: string };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEventRecord(value: unknown): value is EventRecord {
  if (!isRecord(value)) return false;
  const { name, at, origin, detail } = value;
  return (
    // Not looked up among the known names: a node of a newer version may have written the row.
    typeof name === 'string' &&
    typeof at === 'string' &&
    Number.isFinite(Date.parse(at)) &&
    isRecord(origin) &&
    isRecord(detail)
  );
}

function auditRowHash(row: Pick<AuditRow, 'chain' | 'sequence' | 'text'>, previousHash: string): string {
  return hash('sha256', `${previousHash}\n${JSON.stringify(row.chain)}\n${row.sequence}\n${row.text}`);
}

/** Makes the row that follows `head` in its chain. */
export function linkAuditRow(
  chain: string,
  head: ChainHead,
  entry: Pick<AuditRow, 'at' | 'name' | 'text'>,
): AuditRow {
  const sequence = head.sequence + 1;
  const { at, name, text } = entry;
  return { chain, sequence, hash: auditRowHash({ chain, sequence, text }, head.hash), at, name, text };
}

export interface ChainWalk {
  readonly head: ChainHead;
  /** The sequence of the first row that does not fit. */
  readonly firstBadSequence: number | undefined;
}

/** Walks rows of one chain in order, from `head` on; a long chain is walked part by part. */
export function walkChain(rows: readonly AuditRow[], head: ChainHead): ChainWalk {
  let last = head;
  for (const row of rows) {
    if (
      row.sequence !== last.sequence + 1 ||
      auditRowHash(row, last.hash) !== row.hash ||
      !repeatsItsText(row)
    ) {
      return { head: last, firstBadSequence: row.sequence };
    }
    last = { sequence: row.sequence, hash: row.hash };
  }
  return { head: last, firstBadSequence: undefined };
}

/** The columns beside the text are not hashed, so they must say what the text says. */
function repeatsItsText(row: AuditRow): boolean {
  try {
    const event = parseAuditEventText(row.text);
    return event.name === row.name && event.at.getTime() === row.at;
  } catch {
    return false;
  }
}
