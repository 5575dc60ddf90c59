/**
 * How often strangers may make the broker work. Counted in the store, so that a restart forgives nothing and nodes
 * count together; in front of it a bounded memory answers what is refused anyway, so that a flood writes nothing.
 *
 * Nobody can lock others out: what counts is one network's starts, or its failures alone. A genuine answer to a
 * sign-in that its own browser started is always looked at, whatever else comes from its network; a client's
 * failures count by where they come from. While the store cannot be written, whatever has to be counted is refused
 * like all else that has to be recorded.
 */
import { BrokerError, type ErrorKind } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { RateLimit, RateLimitStore } from '../core/ports/stores.ts';
import { networkOf } from '../lib/network-of.ts';

export interface RateLimitSettings {
  /** Sign-ins that one network may start. */
  readonly signIns: RateLimit;
  /** Failing answers, logouts and clients of one network; beyond them they are neither recorded nor explained. */
  readonly failures: RateLimit;
  /** Wrong secrets for one application from one network; beyond them no secret is looked at. */
  readonly failedClients: RateLimit;
}

/** @throws BrokerError `request.too_many`, `store.unavailable`; each method. */
export interface RateLimits {
  startSignIn(address: string | undefined): Promise<void>;
  /** Before an answer is verified: from a network that failed too often, only the first one to each flow of its browsers is. */
  admitAnswer(address: string | undefined, flowId: string | undefined): void;
  /** Before a failure is recorded; where it throws, nothing is. Faults of our side or the provider's are nobody's failure. */
  answerFailed(error: BrokerError, failed: FailedAnswer): Promise<void>;
  admitClient(address: string | undefined, clientId: string): void;
  clientFailed(address: string | undefined, clientId: string): Promise<void>;
}

export interface FailedAnswer {
  readonly address: string | undefined;
  /** The sign-in that it answers, if it was started in the browser that brought it. */
  readonly flowId?: string | undefined;
}

export interface RateLimitDependencies {
  readonly store: RateLimitStore;
  readonly clock: Clock;
  readonly settings: RateLimitSettings;
}

/** One write to the store buys this many starts, so that nine o'clock costs a tenth of the writes. */
const STARTS_AT_ONCE = 10;
const MAXIMUM_FAILED_FLOWS = 10_000;
const FAULTS: ReadonlySet<ErrorKind> = new Set([
  'upstream-bad',
  'upstream-timeout',
  'unavailable',
  'internal',
]);

export function createRateLimits({ store, clock, settings }: RateLimitDependencies): RateLimits {
  const starts = new Limiter('sign-in', { store, clock, limit: settings.signIns, atOnce: STARTS_AT_ONCE });
  const failures = new Limiter('failure', { store, clock, limit: settings.failures, atOnce: 1 });
  const clients = new Limiter('client', { store, clock, limit: settings.failedClients, atOnce: 1 });
  const failedFlows = new Set<string>();
  const pairOf = (address: string | undefined, clientId: string): string =>
    `${networkOf(address)} ${clientId.slice(0, 128)}`;

  return {
    startSignIn: (address) => starts.take(networkOf(address)),
    admitAnswer(address, flowId) {
      if (flowId === undefined || failedFlows.has(flowId)) failures.check(networkOf(address));
    },
    async answerFailed(error, { address, flowId }) {
      // Refused for its frequency: that is what made it stop being recorded.
      if (error.code === 'request.too_many') throw error;
      if (FAULTS.has(error.kind)) return;
      if (flowId !== undefined) remember(failedFlows, flowId);
      await failures.take(networkOf(address));
    },
    admitClient: (address, clientId) => clients.check(pairOf(address, clientId)),
    async clientFailed(address, clientId) {
      // The network first: whoever tries many names writes no more than whoever tries one.
      await failures.take(networkOf(address));
      await clients.take(pairOf(address, clientId));
    },
  };
}

function remember(flows: Set<string>, flowId: string): void {
  flows.add(flowId);
  const [oldest] = flows;
  if (flows.size > MAXIMUM_FAILED_FLOWS && oldest !== undefined) flows.delete(oldest);
}

interface LimiterOptions {
  readonly store: RateLimitStore;
  readonly clock: Clock;
  readonly limit: RateLimit;
  /** How many one write to the store stands for. */
  readonly atOnce: number;
}

interface Known {
  /** Bought from the store and not used yet. */
  left: number;
  /** Milliseconds; until then the store would say no. */
  refusedUntil: number;
  asking: Promise<void> | undefined;
}

/** About as many networks as attack at once; what is forgotten is asked of the store again. */
const MAXIMUM_KNOWN = 10_000;

/** One kind of limit: a bucket for each key in the store, and what is known of it here. */
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

  async take(key: string): Promise<void> {
    const known = this.#entry(key);
    for (;;) {
      this.#assertNotRefused(known);
      if (known.left > 0) break;
      // Whoever comes meanwhile waits for the same lot instead of buying one more.
      known.asking ??= this.#buy(key, known).finally(() => {
        known.asking = undefined;
      });
      await known.asking;
    }
    known.left -= 1;
  }

  async #buy(key: string, known: Known): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const seconds = await store.take(`${this.#kind} ${key}`, this.#lot, now);
    if (seconds === 0) known.left += this.#lotSize();
    else known.refusedUntil = now.getTime() + seconds * 1_000;
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
    const known = this.#known.get(key) ?? { left: 0, refusedUntil: 0, asking: undefined };
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAXIMUM_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}
