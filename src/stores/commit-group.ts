/**
 * Group commit: whatever waited is committed together, with one flush to disk, and each unit stands or falls
 * alone. The audit chain is linked here, in commit order, so a unit that is undone leaves no gap in it.
 * The same for SQLite (in the writer's thread) and Postgres (over one connection).
 */
import { linkAuditRow } from '../core/audit-chain.ts';
import type { AuditRow, ChainHead } from '../core/audit-chain.ts';
import { messageOf } from './error-message.ts';
import type { Outcome, Statement, WriteUnit } from './write-unit.ts';

/** `duplicate` and `unit`: only the unit is undone. `group`: the transaction is lost. */
export type FailureScope = 'duplicate' | 'unit' | 'group';

/** A database connection that the writer has for itself. SQLite answers at once, Postgres later. */
export interface WriterConnection {
  begin(): void | Promise<void>;
  commit(): void | Promise<void>;
  rollback(): void | Promise<void>;
  savepoint(): void | Promise<void>;
  release(): void | Promise<void>;
  rollbackToSavepoint(): void | Promise<void>;
  /** @returns how many rows it read or changed. */
  run(statement: Statement): number | Promise<number>;
  /** Appends the rows and moves the chain's head from `from` to the last of them. Throws if it is elsewhere. */
  appendAudit(rows: readonly AuditRow[], from: ChainHead): void | Promise<void>;
  scopeOf(error: unknown): FailureScope;
}

export interface GroupResult {
  readonly outcomes: readonly Outcome[];
  /** Where the chain ends now. */
  readonly head: ChainHead;
  /** Why the whole group failed; then nothing of it is known to be committed. */
  readonly failure: Error | undefined;
}

export function failedGroup(units: readonly WriteUnit[], head: ChainHead, error: unknown): GroupResult {
  const failure = error instanceof Error ? error : new Error(String(error));
  const outcome: Outcome = { status: 'unavailable', detail: messageOf(failure) };
  return { outcomes: units.map(() => outcome), head, failure };
}

export async function commitGroup(
  connection: WriterConnection,
  units: readonly WriteUnit[],
  chain: { readonly name: string; readonly head: ChainHead },
): Promise<GroupResult> {
  try {
    await connection.begin();
    const outcomes: Outcome[] = [];
    const rows: AuditRow[] = [];
    let head = chain.head;
    for (const unit of units) {
      const outcome = await applyUnit(connection, unit);
      outcomes.push(outcome);
      if (outcome.status !== 'committed') continue;
      for (const entry of unit.audit) {
        const row = linkAuditRow(chain.name, head, entry);
        rows.push(row);
        head = row;
      }
    }
    if (rows.length > 0) await connection.appendAudit(rows, chain.head);
    await connection.commit();
    return { outcomes, head: { sequence: head.sequence, hash: head.hash }, failure: undefined };
  } catch (error) {
    await rollbackQuietly(connection);
    return failedGroup(units, chain.head, error);
  }
}

async function applyUnit(connection: WriterConnection, unit: WriteUnit): Promise<Outcome> {
  if (unit.statements.every((statement) => statement.readOnly === true)) {
    return runStatements(connection, unit.statements);
  }
  await connection.savepoint();
  const outcome = await attempt(connection, unit.statements);
  if (outcome.status !== 'committed') await connection.rollbackToSavepoint();
  await connection.release();
  return outcome;
}

async function attempt(connection: WriterConnection, statements: readonly Statement[]): Promise<Outcome> {
  try {
    return await runStatements(connection, statements);
  } catch (error) {
    const scope = connection.scopeOf(error);
    if (scope === 'group') throw error;
    return scope === 'duplicate' ? { status: 'duplicate' } : { status: 'faulty', detail: messageOf(error) };
  }
}

async function runStatements(
  connection: WriterConnection,
  statements: readonly Statement[],
): Promise<Outcome> {
  let changed = 0;
  for (const [index, statement] of statements.entries()) {
    const rows = await connection.run(statement);
    if (statement.expectRows !== undefined && statement.expectRows !== rows) {
      return { status: 'unmet', statement: index };
    }
    if (statement.readOnly !== true) changed += rows;
  }
  return { status: 'committed', rows: changed };
}

async function rollbackQuietly(connection: WriterConnection): Promise<void> {
  try {
    await connection.rollback();
  } catch {
    // The transaction is gone already (SQLite undoes it itself when the disk is full), or the connection is.
  }
}
