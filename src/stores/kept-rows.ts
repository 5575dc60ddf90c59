import type { Database } from './database.ts';

const MAXIMUM_ROWS = 1_000;

/**
 * Rows that were read and must still be so, because nothing was written since. Whoever hands something out asks the store
 * again all the same, in the transaction that records it.
 */
export class KeptRows<Row> {
  readonly #database: Pick<Database, 'unchanged'>;
  readonly #rows = new Map<string, Row>();
  #since: number | undefined;

  constructor(database: Pick<Database, 'unchanged'>) {
    this.#database = database;
  }

  find(key: string): Row | undefined {
    const { unchanged } = this.#database;
    return unchanged !== undefined && unchanged === this.#since ? this.#rows.get(key) : undefined;
  }

  keep(key: string, row: Row): void {
    const { unchanged } = this.#database;
    if (unchanged === undefined) return;
    if (unchanged !== this.#since || this.#rows.size >= MAXIMUM_ROWS) this.#rows.clear();
    this.#since = unchanged;
    this.#rows.set(key, row);
  }
}
