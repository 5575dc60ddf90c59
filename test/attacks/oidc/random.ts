import { createHash } from 'node:crypto';

/** The same numbers for the same name, on every machine. */
export class Random {
  readonly #name: string;
  #drawn = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#drawn += 1;
    const digest = createHash('sha256').update(`${this.#name} ${this.#drawn}`).digest();
    return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * limit);
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }
}
