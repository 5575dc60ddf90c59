/**
 * How often strangers, and those who are known, may make the broker work. Counted in the store, so that a restart
 * forgives nothing and nodes count together; in front of it a bounded memory answers what is refused anyway, so that
 * a flood writes nothing.
 *
 * Nobody can lock others out: what counts is one network's starts, or its failures alone. A genuine answer to a
 * sign-in that its own browser started is always looked at, whatever else comes from its network; a client's
 * failures count by where they come from. While the store cannot be written, whatever has to be counted is refused
 * like all else that has to be recorded.
 */
import type { BrokerError, ErrorKind } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { RateLimit, RateLimitStore } from '../core/ports/stores.ts';
import { principalId, type Principal } from '../core/principal.ts';
import { networkOf } from '../lib/network-of.ts';
import { Limiter, type Allowance } from './limiter.ts';

export interface RateLimitSettings {
  /** Sign-ins that one network may start. */
  readonly signIns: RateLimit;
  /** Failing answers, logouts and clients of one network; beyond them they are neither recorded nor explained. */
  readonly failures: RateLimit;
  /** Wrong secrets for one application from one network; beyond them no secret is looked at. */
  readonly failedClients: RateLimit;
  /** Requests of one user or application, by whatever session or token. */
  readonly principals: RateLimit;
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
  readonly principalPolicy: Limiter['policy'];
  /** Every request of a known principal. An application that acts for a person counts apart from the person. */
  admitPrincipal(principal: Principal): Promise<Allowance>;
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
/** One write for so many requests of a principal, or for a thirtieth of what a generous limit lets come at once. */
const REQUESTS_AT_ONCE = 20;
const LOTS_OF_A_BURST = 30;
/** Who only reads is not held up by a store that cannot be written. */
const PATIENCE_MS = 250;
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
  const principals = new Limiter('principal', {
    store,
    clock,
    limit: settings.principals,
    atOnce: Math.max(REQUESTS_AT_ONCE, Math.floor(settings.principals.burst / LOTS_OF_A_BURST)),
    patienceMs: PATIENCE_MS,
  });
  const failedFlows = new Set<string>();
  const pairOf = (address: string | undefined, clientId: string): string =>
    `${networkOf(address)} ${clientId.slice(0, 128)}`;

  return {
    async startSignIn(address) {
      await starts.take(networkOf(address));
    },
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
    principalPolicy: principals.policy,
    admitPrincipal: (principal) => principals.take(keyOf(principal)),
  };
}

function keyOf(principal: Principal): string {
  const actor = principal.kind === 'user' ? principal.actor : undefined;
  return actor === undefined ? principalId(principal) : `${actor} for ${principalId(principal)}`;
}

function remember(flows: Set<string>, flowId: string): void {
  flows.add(flowId);
  const [oldest] = flows;
  if (flows.size > MAXIMUM_FAILED_FLOWS && oldest !== undefined) flows.delete(oldest);
}
