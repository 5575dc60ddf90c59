const MINIMUM_AGE_MS = 3_000;
/** Providers come and go while the sandbox runs; what was first read longest ago goes first. */
const MAX_ENTRIES = 1_000;

interface Entry<T> {
  readonly value: Promise<T>;
  /** When somebody last tried to read it. */
  readonly readAt: number;
  /** While it is being read again. */
  readonly newer?: Promise<T>;
}

/**
 * Remembers what was read at an address. Old knowledge serves until somebody finds it wanting; then it
 * is read again, but at most once in a while, so that bad signatures cost their issuer nothing. Whoever asks
 * meanwhile shares that reading, or goes on with what is known.
 */
export class DocumentCache<T> {
  readonly #read: (address: string) => Promise<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #now: () => Date;

  constructor(read: (address: string) => Promise<T>, now: () => Date) {
    this.#read = read;
    this.#now = now;
  }

  get(address: string): Promise<T> {
    return this.#entries.get(address)?.value ?? this.#readFirst(address);
  }

  /** Another than the one that was `seen` and found wanting; undefined where that was read a moment ago. */
  getNewer(address: string, seen: Promise<T>): Promise<T> | undefined {
    const entry = this.#entries.get(address);
    if (entry === undefined) return this.#readFirst(address);
    if (entry.value !== seen) return entry.value;
    if (entry.newer !== undefined) return entry.newer;
    const age = this.#now().getTime() - entry.readAt;
    // A clock that was set back must not keep the old for ever.
    return age >= 0 && age < MINIMUM_AGE_MS ? undefined : this.#readAgain(address, entry.value);
  }

  /** A failure is told to who waits for it, and not remembered. */
  #readFirst(address: string): Promise<T> {
    const value = this.#read(address);
    this.#entries.set(address, { value, readAt: this.#now().getTime() });
    for (const oldest of [...this.#entries.keys()].slice(0, -MAX_ENTRIES)) this.#entries.delete(oldest);
    value.catch(() => {
      if (this.#entries.get(address)?.value === value) this.#entries.delete(address);
    });
    return value;
  }

  #readAgain(address: string, value: Promise<T>): Promise<T> {
    const newer = this.#read(address);
    const readAt = this.#now().getTime();
    this.#entries.set(address, { value, readAt, newer });
    const settle = (entry: Entry<T>): void => {
      if (this.#entries.get(address)?.newer === newer) this.#entries.set(address, entry);
    };
    newer.then(
      () => settle({ value: newer, readAt }),
      () => settle({ value, readAt }),
    );
    return newer;
  }
}
