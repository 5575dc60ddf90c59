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
const RETRY_MILLISECONDS = 10_000;

/** What a provider publishes (metadata, keys), read at first use and shared by everybody who waits for it. */
export function createCachedSource<T>(clock: Clock, load: () => Promise<T>): CachedSource<T> {
  let good: { readonly value: T; readonly loadedAt: number } | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let forcedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<T> | undefined;

  // A clock that was set back makes an age negative: that counts as old, not as fresh for ever.
  const elapsed = (since: number): number => {
    const age = clock.now().getTime() - since;
    return age < 0 ? Number.POSITIVE_INFINITY : age;
  };

  async function loadOnce(): Promise<T> {
    try {
      const value = await load();
      good = { value, loadedAt: clock.now().getTime() };
      return value;
    } catch (error) {
      failedAt = clock.now().getTime();
      if (good === undefined || elapsed(good.loadedAt) >= USABLE_MILLISECONDS) throw error;
      return good.value;
    }
  }

  function loadShared(): Promise<T> {
    loading ??= loadOnce().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  return {
    get: async () => {
      if (good === undefined) return loadShared();
      const age = elapsed(good.loadedAt);
      const waits = age < USABLE_MILLISECONDS && elapsed(failedAt) < RETRY_MILLISECONDS;
      return age < FRESH_MILLISECONDS || waits ? good.value : loadShared();
    },
    refetch: async () => {
      // Only forced reads count: a key that appears right after an ordinary read must still be found.
      if (good !== undefined && elapsed(forcedAt) < RETRY_MILLISECONDS) return good.value;
      forcedAt = clock.now().getTime();
      return loadShared();
    },
  };
}
