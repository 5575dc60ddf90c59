/** How often AWS clients may begin, and people may be wrong about the code that one of them shows. */
import type { RateLimit } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import { networkOf } from '../lib/network-of.ts';
import { Limiter } from './limiter.ts';
import type { RateLimitDependencies } from './rate-limits.ts';

export interface ClientLimitSettings {
  /** Registrations and sign-ins of clients that one network may start. */
  readonly clientStarts: RateLimit;
  /** Wrong user codes of one person, and of one network; beyond them none is looked up. */
  readonly userCodes: RateLimit;
}

/** @throws BrokerError `request.too_many`, `store.unavailable`; each method. */
export interface ClientLimits {
  startClient(address: string | undefined): Promise<void>;
  admitUserCode(address: string | undefined, person: string): void;
  userCodeFailed(address: string | undefined, person: string): Promise<void>;
}

/** One write to the store buys this many. */
const STARTS_AT_ONCE = 10;

export function createClientLimits({
  store,
  clock,
  settings,
}: Omit<RateLimitDependencies, 'settings'> & { readonly settings: ClientLimitSettings }): ClientLimits {
  const { clientStarts, userCodes } = settings;
  const starts = new Limiter('client-start', { store, clock, limit: clientStarts, atOnce: STARTS_AT_ONCE });
  const codes = new Limiter('user-code', { store, clock, limit: userCodes, atOnce: 1 });
  const keysOf = (address: string | undefined, person: string): readonly string[] => [
    `network ${networkOf(address)}`,
    `person ${sha256Hex(person)}`,
  ];
  return {
    async startClient(address) {
      await starts.take(networkOf(address));
    },
    admitUserCode(address, person) {
      for (const key of keysOf(address, person)) codes.check(key);
    },
    async userCodeFailed(address, person) {
      for (const key of keysOf(address, person)) await codes.take(key);
    },
  };
}
