import type { Clock } from '../core/ports/clock.ts';

export interface CachedSource<T> {
  /** The value, read again when it has grown old; the last good one while it cannot be. */
  get(): Promise<T>;
  /** Reads again, but at most every ten seconds, whatever strangers send. @returns the newest value. */
  refetch(): Promise<T>;
  /** Reads again what has grown old, so that no request waits for it. Never throws: failures are reported. */
  refreshDue(): Promise<void>;
  /** As it is; nothing is read. */
  held(): HeldSource<T>;
}

export interface HeldSource<T> {
  /** Undefined while there is none that may be used. */
  readonly value: T | undefined;
  readonly readAt: Date | undefined;
  /** From when the value may not be used by its own word. */
  readonly endsAt: Date | undefined;
  /** The same, or when it is too old to stand in for one that cannot be read. */
  readonly usableUntil: Date | undefined;
  /** Of the last reading. */
  readonly failure: { readonly at: Date; readonly error: unknown } | undefined;
}

/** What a value says of its own life. */
export interface SourceLife {
  /** When to look for a newer one; an hour where it is not said. */
  readonly freshMilliseconds?: number;
  /** From when it may not be used at all, in milliseconds since 1970. */
  readonly endsAt?: number;
}

interface SourceOptions<T> {
  readonly lifeOf?: (value: T) => SourceLife;
  /** Told of a failure when it begins and when its reason changes, not at every attempt. */
  readonly report?: (error: unknown) => void;
}

const FRESH_MILLISECONDS = 3_600_000;
const FRESH_AT_LEAST = 300_000;
/** Well below how long a value stands in for one that cannot be read, so that there is time to mend it. */
const FRESH_AT_MOST = 21_600_000;
/** How long the last good value stands in for a provider that does not answer. */
const USABLE_MILLISECONDS = 86_400_000;
const RETRY_MILLISECONDS = 10_000;

interface Good<T> {
  readonly value: T;
  readonly loadedAt: number;
  readonly freshMilliseconds: number;
  readonly endsAt: number;
}

/** What a provider publishes (metadata, keys), read at first use and shared by everybody who waits for it. */
export function createCachedSource<T>(
  clock: Clock,
  load: () => Promise<T>,
  options: SourceOptions<T> = {},
): CachedSource<T> {
  const tell = onceEach(options.report);
  let good: Good<T> | undefined;
  let failure: { readonly at: number; readonly error: unknown } | undefined;
  let forcedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<T> | undefined;

  // A clock that was set back makes an age negative: that counts as old, not as fresh for ever.
  const elapsed = (since: number): number => {
    const age = clock.now().getTime() - since;
    return age < 0 ? Number.POSITIVE_INFINITY : age;
  };
  const usable = ({ loadedAt, endsAt }: Good<T>): boolean =>
    elapsed(loadedAt) < USABLE_MILLISECONDS && clock.now().getTime() < endsAt;
  const fresh = (value: Good<T>): boolean =>
    usable(value) && elapsed(value.loadedAt) < value.freshMilliseconds;

  async function loadOnce(): Promise<T> {
    try {
      const value = await load();
      good = { value, loadedAt: clock.now().getTime(), ...boundedLife(options.lifeOf?.(value)) };
      failure = undefined;
      tell(undefined);
      return value;
    } catch (error) {
      failure = { at: clock.now().getTime(), error };
      tell(error);
      if (good === undefined || !usable(good)) throw error;
      return good.value;
    }
  }

  function loadShared(): Promise<T> {
    loading ??= loadOnce().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  const current = (): T | undefined => {
    if (good === undefined) return undefined;
    const waits = usable(good) && elapsed(failure?.at ?? Number.NEGATIVE_INFINITY) < RETRY_MILLISECONDS;
    return fresh(good) || waits ? good.value : undefined;
  };

  return {
    get: async () => current() ?? loadShared(),
    refetch: async () => {
      // Only forced reads count: a key that appears right after an ordinary read must still be found.
      if (good !== undefined && usable(good) && elapsed(forcedAt) < RETRY_MILLISECONDS) return good.value;
      forcedAt = clock.now().getTime();
      return loadShared();
    },
    refreshDue: async () => {
      if (current() === undefined) await loadShared().catch(() => undefined);
    },
    held: () => ({
      value: good !== undefined && usable(good) ? good.value : undefined,
      ...datesOf(good),
      failure: failure && { at: new Date(failure.at), error: failure.error },
    }),
  };
}

function datesOf<T>(good: Good<T> | undefined): Pick<HeldSource<T>, 'readAt' | 'endsAt' | 'usableUntil'> {
  if (good === undefined) return { readAt: undefined, endsAt: undefined, usableUntil: undefined };
  const { loadedAt, endsAt } = good;
  return {
    readAt: new Date(loadedAt),
    endsAt: Number.isFinite(endsAt) ? new Date(endsAt) : undefined,
    usableUntil: new Date(Math.min(endsAt, loadedAt + USABLE_MILLISECONDS)),
  };
}

function boundedLife({
  freshMilliseconds = FRESH_MILLISECONDS,
  endsAt,
}: SourceLife = {}): Required<SourceLife> {
  return {
    freshMilliseconds: Math.min(Math.max(freshMilliseconds, FRESH_AT_LEAST), FRESH_AT_MOST),
    endsAt: endsAt ?? Number.POSITIVE_INFINITY,
  };
}

/** Passes on an error whose words are new; undefined is the success after which all are new again. */
function onceEach(report: ((error: unknown) => void) | undefined): (error: unknown) => void {
  let told: string | undefined;
  return (error) => {
    const words = error === undefined ? undefined : error instanceof Error ? error.message : 'unknown';
    if (words !== undefined && words !== told) report?.(error);
    told = words;
  };
}
