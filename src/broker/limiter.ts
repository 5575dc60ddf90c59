import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { RateLimit, RateLimitStore } from '../core/ports/stores.ts';

/** What is left of a bucket: of other nodes' taking it knows as of the last purchase. */
export interface Allowance {
  readonly left: number;
  /** Until the bucket is full again. */
  readonly fullInSeconds: number;
}

interface LimiterOptions {
  readonly store: RateLimitStore;
  readonly clock: Clock;
  readonly limit: RateLimit;
  /** How many one write to the store stands for. */
  readonly atOnce: number;
  /** How long anybody waits for the store, which then cannot be written in time; for ever where absent. */
  readonly patienceMs?: number;
}

interface Known {
  /** Bought from the store and not used yet. */
  left: number;
  /** Lots that the store still had then. */
  lots: number;
  /** Milliseconds; until then the store would say no. */
  refusedUntil: number;
  asking: Promise<void> | undefined;
}

/** About as many networks as attack at once; what is forgotten is asked of the store again. */
const MAXIMUM_KNOWN = 10_000;

/**
 * One kind of limit: a bucket for each key in the store, and what is known of it here. Of what was bought and not
 * used, a restart forgets at most one lot of each key, to its owner's cost.
 */
export class Limiter {
  readonly #known = new Map<string, Known>();
  readonly #kind: string;
  readonly #options: LimiterOptions;
  readonly #lot: RateLimit;

  constructor(kind: string, options: LimiterOptions) {
    const { burst, perMinute } = options.limit;
    this.#kind = kind;
    this.#options = options;
    // A limit below one lot is kept as it is, in lots of one.
    this.#lot = {
      burst: Math.max(1, Math.floor(burst / this.#lotSize())),
      perMinute: perMinute / this.#lotSize(),
    };
  }

  /** @throws BrokerError `request.too_many` if the store refused a moment ago. Takes nothing, asks nobody. */
  check(key: string): void {
    const known = this.#known.get(key);
    if (known !== undefined) this.#assertNotRefused(known);
  }

  /** What the bucket holds when full, and what it needs to fill. */
  get policy(): { readonly quota: number; readonly windowSeconds: number } {
    const { burst, perMinute } = this.#lot;
    return { quota: burst * this.#lotSize(), windowSeconds: Math.ceil((burst * 60) / perMinute) };
  }

  /** @throws BrokerError `request.too_many`, `store.unavailable` */
  async take(key: string): Promise<Allowance> {
    const known = this.#entry(key);
    for (;;) {
      this.#assertNotRefused(known);
      if (known.left > 0) break;
      // Whoever comes meanwhile waits for the same lot instead of buying one more.
      known.asking ??= this.#buy(key, known).finally(() => {
        known.asking = undefined;
      });
      await this.#patiently(known.asking);
    }
    known.left -= 1;
    const left = known.left + known.lots * this.#lotSize();
    const { quota, windowSeconds } = this.policy;
    return { left, fullInSeconds: Math.ceil(((quota - left) / quota) * windowSeconds) };
  }

  async #buy(key: string, known: Known): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const { waitSeconds, left } = await store.take(`${this.#kind} ${key}`, this.#lot, now);
    known.lots = left;
    if (waitSeconds === 0) known.left += this.#lotSize();
    else known.refusedUntil = now.getTime() + waitSeconds * 1_000;
  }

  async #patiently(asking: Promise<void>): Promise<void> {
    const { patienceMs } = this.#options;
    if (patienceMs === undefined) return asking;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      const giveUp = (): void =>
        reject(new BrokerError('store.unavailable', { detail: 'the limit could not be asked in time' }));
      timer = setTimeout(giveUp, patienceMs);
    });
    await Promise.race([asking, tooLong]).finally(() => clearTimeout(timer));
  }

  #lotSize(): number {
    const { limit, atOnce } = this.#options;
    return limit.burst < atOnce ? 1 : atOnce;
  }

  #assertNotRefused({ refusedUntil }: Known): void {
    const wait = Math.ceil((refusedUntil - this.#options.clock.now().getTime()) / 1_000);
    // A wait longer than a lot takes to come was counted on a clock that has since been set back.
    if (wait <= 0 || wait > Math.ceil(60 / this.#lot.perMinute) + 1) return;
    throw new BrokerError('request.too_many', { retryAfterSeconds: wait });
  }

  /** The entry of a key, which becomes the youngest. */
  #entry(key: string): Known {
    const known = this.#known.get(key) ?? { left: 0, lots: 0, refusedUntil: 0, asking: undefined };
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAXIMUM_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}
