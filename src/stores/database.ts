/** What the stores are written against: typed reads, and writes through the one writer. */
import type { CompiledQuery, Kysely } from 'kysely';
import { BrokerError } from '../core/errors.ts';
import { messageOf } from './error-message.ts';
import type { Schema } from './schema.ts';
import { StatementTemplates } from './statement-templates.ts';
import { WriteQueue } from './write-queue.ts';
import type { CommitUnits } from './write-queue.ts';
import { sqlValue } from './write-unit.ts';
import type { AuditEntry, Outcome, SqlValue, Statement, WriteUnit } from './write-unit.ts';

/** One kind of database. Nothing beside `commit` writes. */
export interface Engine {
  readonly dialect: 'sqlite' | 'postgres';
  readonly kysely: Kysely<Schema>;
  /** Runs a read whose SQL text is a constant under `name`, without building it again. */
  rows(name: string, sql: string, parameters: readonly SqlValue[]): Promise<readonly unknown[]>;
  readonly commit: CommitUnits;
  close(): Promise<void>;
}

/** Tells the operator that the store stopped or resumed committing. Given one line, without secrets. */
export type ReportStoreHealth = (state: 'failing' | 'healthy', detail: string) => void;

/** How a write ended that reached the database. A database that cannot commit is an exception. */
export type WriteResult = Extract<Outcome, { status: 'committed' | 'unmet' | 'duplicate' }>;

const RETRY_AFTER_SECONDS = 2;

export class Database {
  readonly dialect: Engine['dialect'];
  /** For building statements; to run one, use `read`, `prepare` or `write`. */
  readonly build: Kysely<Schema>;
  /** The same for the hot paths. */
  readonly templates: StatementTemplates;
  readonly #engine: Engine;
  readonly #queue: WriteQueue;
  readonly #report: ReportStoreHealth;
  #failing = false;
  #changing = 0;
  #changes = 0;
  #inDoubt = false;

  constructor(engine: Engine, report: ReportStoreHealth) {
    this.dialect = engine.dialect;
    this.build = engine.kysely;
    this.templates = new StatementTemplates(engine.kysely);
    this.#engine = engine;
    this.#queue = new WriteQueue((units) => engine.commit(units));
    this.#report = report;
  }

  /** @throws BrokerError `store.unavailable` */
  async read<Result>(query: (db: Kysely<Schema>) => Promise<Result>): Promise<Result> {
    try {
      return await query(this.#engine.kysely);
    } catch (error) {
      throw unavailable(messageOf(error), error);
    }
  }

  /** A read for the hot paths: built once, its parameters given in the order of the text. */
  prepare<Row>(
    name: string,
    query: CompiledQuery<Row>,
  ): (...parameters: SqlValue[]) => Promise<readonly Row[]> {
    const { sql } = query;
    const count = query.parameters.length;
    return async (...parameters) => {
      // A driver takes a missing one for NULL.
      if (parameters.length !== count) throw new TypeError(`The read ${name} takes ${count} parameters.`);
      try {
        return (await this.#engine.rows(name, sql, parameters)) as readonly Row[];
      } catch (error) {
        throw unavailable(messageOf(error), error);
      }
    };
  }

  /** Resolves once committed, or refused as a whole. @throws BrokerError `store.unavailable` */
  async write(statements: readonly Statement[], audit: readonly AuditEntry[] = []): Promise<WriteResult> {
    const unit: WriteUnit = { statements, audit };
    const outcome = statements.every(({ readOnly }) => readOnly === true)
      ? await this.#queue.write(unit)
      : await this.#change(unit);
    // What follows it in the queue is committed after it, so whatever was in doubt is over by now.
    if (outcome.status === 'committed') this.#inDoubt = false;
    if (outcome.status === 'faulty') throw new BrokerError('internal', { detail: outcome.detail });
    this.#noteHealth(outcome);
    if (outcome.status === 'unavailable') throw unavailable(outcome.detail);
    return outcome;
  }

  /**
   * Stays the same while nothing but audit records is written: until then, what was read is still so. Undefined where
   * that cannot be told: while a change is on its way or its end is not known, and on Postgres, where others write.
   */
  get unchanged(): number | undefined {
    return this.dialect === 'sqlite' && this.#changing === 0 && !this.#inDoubt ? this.#changes : undefined;
  }

  async #change(unit: WriteUnit): Promise<Outcome> {
    this.#changing += 1;
    const outcome = await this.#queue.write(unit);
    this.#changing -= 1;
    this.#changes += 1;
    if (outcome.status === 'unavailable') this.#inDoubt = true;
    return outcome;
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#engine.close();
  }

  #noteHealth(outcome: Outcome): void {
    const failing = outcome.status === 'unavailable';
    if (failing === this.#failing) return;
    this.#failing = failing;
    this.#report(failing ? 'failing' : 'healthy', failing ? outcome.detail : 'the store commits again');
  }
}

/** A statement from a query of Kysely's. Refuses here, before it is sent, what a driver would not bind. */
export function statement(query: { compile(): CompiledQuery }, expectRows?: number): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters: parameters.map(sqlValue), ...(expectRows === undefined ? {} : { expectRows }) };
}

function unavailable(detail: string, cause?: unknown): BrokerError {
  return new BrokerError('store.unavailable', { detail, cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
