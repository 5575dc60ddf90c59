const MINIMUM_AGE_MS = 3_000;
/** Providers come and go while the sandbox runs; what was read longest ago goes first. */
const MAX_ENTRIES = 1_000;

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

  /** Whoever asks while it is being read waits for the same answer. */
  get(address: string): Promise<T> {
    return this.#entries.get(address)?.value ?? this.#reload(address);
  }

  /** A newer one, or undefined where the last was read a moment ago. */
  getNewer(address: string): Promise<T> | undefined {
    const age = this.#now().getTime() - (this.#entries.get(address)?.readAt ?? -Infinity);
    // A clock that was set back must not keep the old for ever.
    return age >= 0 && age < MINIMUM_AGE_MS ? undefined : this.#reload(address);
  }

  #reload(address: string): Promise<T> {
    const known = this.#entries.get(address);
    const value = this.#read(address);
    const entry = { readAt: this.#now().getTime(), value };
    this.#entries.set(address, entry);
    for (const oldest of [...this.#entries.keys()].slice(0, -MAX_ENTRIES)) this.#entries.delete(oldest);
    // A failure is told to who waits for it; what was known before goes on serving.
    value.catch(() => {
      if (this.#entries.get(address) !== entry) return;
      if (known === undefined) this.#entries.delete(address);
      else this.#entries.set(address, { readAt: entry.readAt, value: known.value });
    });
    return value;
  }
}
