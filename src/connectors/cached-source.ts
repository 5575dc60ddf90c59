import type { Clock } from '../core/ports/clock.ts';

export interface CachedSource<T> {
  /** The value, read again when it has grown old; the last good one while it cannot be. */
  get(): Promise<T>;
  /** Reads again, but at most every ten seconds, whatever strangers send. @returns the newest value. */
  refetch(): Promise<T>;
}

const FRESH_MILLISECONDS = 3_600_000;
/** How long the last good value stands in for a provider that does not answer. */
const USABLE_MILLISECONDS = 86_400_000;
const REFETCH_MILLISECONDS = 10_000;

/** What a provider publishes (metadata, keys), read at first use and shared by everybody who waits for it. */
export function createCachedSource<T>(clock: Clock, load: () => Promise<T>): CachedSource<T> {
  let good: { readonly value: T; readonly loadedAt: number } | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<T> | undefined;

  // A clock that was set back makes an age negative: that counts as old, not as fresh for ever.
  const elapsed = (since: number): number => {
    const age = clock.now().getTime() - since;
    return age < 0 ? Number.POSITIVE_INFINITY : age;
  };

  async function loadOnce(): Promise<T> {
    triedAt = clock.now().getTime();
    const value = await load();
    good = { value, loadedAt: clock.now().getTime() };
    return value;
  }

  function shared(): Promise<T> {
    loading ??= loadOnce().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  async function refetch(): Promise<T> {
    const lastGood = good;
    if (lastGood === undefined || elapsed(lastGood.loadedAt) >= USABLE_MILLISECONDS) return shared();
    if (loading === undefined && elapsed(triedAt) < REFETCH_MILLISECONDS) return lastGood.value;
    return shared().catch(() => lastGood.value);
  }

  return {
    refetch,
    get: async () =>
      good !== undefined && elapsed(good.loadedAt) < FRESH_MILLISECONDS ? good.value : refetch(),
  };
}
