/**
 * Values that live for a while, in memory: codes, tokens, sessions. It never holds more than `capacity`,
 * whatever comes from outside: the oldest goes first.
 */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly endsAt: number }>();
  readonly #capacity: number;
  readonly #now: () => Date;

  constructor(capacity: number, now: () => Date) {
    this.#capacity = capacity;
    this.#now = now;
  }

  set(key: string, value: Value, lifeSeconds: number): void {
    this.#entries.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#capacity) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, endsAt: this.#now().getTime() + lifeSeconds * 1000 });
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#now().getTime() < entry.endsAt) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** What is taken is gone: for values that are good for one use. */
  take(key: string): Value | undefined {
    const value = this.get(key);
    this.#entries.delete(key);
    return value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
