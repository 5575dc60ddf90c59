/**
 * Remembers what was read at an address. Old knowledge serves until somebody finds it wanting; then it
 * is read again, but at most once in a while, so that bad signatures cost their issuer nothing.
 */
export class DocumentCache<T> {
  readonly #read: (address: string) => Promise<T>;
  readonly #entries = new Map<string, { readonly readAt: number; readonly value: Promise<T> }>();
  readonly #now: () => Date;

  constructor(read: (address: string) => Promise<T>, now: () => Date) {
    this.#read = read;
    this.#now = now;
  }

  get(address: string): Promise<T> {
    return this.#entries.get(address)?.value ?? this.#reload(address);
  }

  /** A newer one, or undefined where the last was read a moment ago. */
  getNewer(address: string): Promise<T> | undefined {
    const age = this.#now().getTime() - (this.#entries.get(address)?.readAt ?? -Infinity);
    return age < MINIMUM_AGE_MS ? undefined : this.#reload(address);
  }

  #reload(address: string): Promise<T> {
    const known = this.#entries.get(address);
    const value = this.#read(address);
    const entry = { readAt: this.#now().getTime(), value };
    this.#entries.set(address, entry);
    // A failure is told to who waits for it; what was known before goes on serving.
    value.catch(() => {
      if (this.#entries.get(address) !== entry) return;
      if (known === undefined) this.#entries.delete(address);
      else this.#entries.set(address, { readAt: entry.readAt, value: known.value });
    });
    return value;
  }
}

const MINIMUM_AGE_MS = 3_000;
