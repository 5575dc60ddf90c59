/**
 * Credentials that STS gave a moment ago, kept in this process alone. Who gets them again is decided and recorded
 * each time by the pipeline; here it is only known what there is under a key, and that who asks for the same at the
 * same time waits for one call.
 */
import type { TemporaryCredentials } from '../core/credentials.ts';
import type { Clock } from '../core/ports/clock.ts';

export interface Granted {
  readonly credentials: TemporaryCredentials;
  /** The id of the issue that asked STS. */
  readonly issue: string;
}

interface Entry {
  readonly granting: Promise<Granted>;
  readonly minimumLeftSeconds: number;
  /** Undefined until STS has answered. */
  credentials?: TemporaryCredentials;
}

/** A few kilobytes each. */
const MAXIMUM_ENTRIES = 5_000;
const SWEEP_MS = 60_000;

export class ReusedCredentials {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #sweptAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What is there or on its way, and will still be good for long enough. */
  find(key: string): Promise<Granted> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#isGood(entry)) return entry?.granting;
    this.#entries.delete(key);
    return undefined;
  }

  /** A failure is told to whoever waits for it, and then forgotten. */
  keep(key: string, granting: Promise<Granted>, minimumLeftSeconds: number): Promise<Granted> {
    this.#makeRoom();
    const entry: Entry = { granting, minimumLeftSeconds };
    this.#entries.set(key, entry);
    granting.then(
      ({ credentials }) => {
        entry.credentials = credentials;
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return granting;
  }

  #isGood({ credentials, minimumLeftSeconds }: Entry): boolean {
    if (credentials === undefined) return true;
    const left = credentials.expiresAt.getTime() - this.#clock.now().getTime();
    return left >= minimumLeftSeconds * 1_000;
  }

  #makeRoom(): void {
    const now = this.#clock.now().getTime();
    if (Math.abs(now - this.#sweptAt) >= SWEEP_MS) {
      this.#sweptAt = now;
      for (const [key, entry] of this.#entries) if (!this.#isGood(entry)) this.#entries.delete(key);
    }
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= MAXIMUM_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
  }
}
