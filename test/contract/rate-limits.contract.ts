/** Buckets that all nodes share. */
import { describe, expect, it } from 'vitest';
import type { Stores } from '../../src/core/ports/stores.ts';
import { randomToken } from '../../src/lib/hash.ts';
import { NOW, later } from '../support/store-fixtures.ts';

const LIMIT = { burst: 5, perMinute: 6 } as const;

export function describeRateLimits(stores: () => Stores): void {
  describe('rate limits', () => {
    const take = async (key: string, seconds = 0): Promise<number> =>
      (await stores().rateLimits.take(key, LIMIT, later(seconds))).waitSeconds;

    async function empty(key: string): Promise<void> {
      for (let taken = 0; taken < LIMIT.burst; taken += 1) expect(await take(key)).toBe(0);
    }

    it('give a burst, then say how long to wait for one more', async () => {
      const key = randomToken();
      await empty(key);
      expect(await take(key)).toBe(10);
      expect(await take(key, 4)).toBe(6);
      expect(await take(key, 9.999)).toBe(1);
    });

    it('fill steadily, and cost nothing where they refuse', async () => {
      const key = randomToken();
      await empty(key);
      for (const seconds of [1, 2, 3, 9]) expect(await take(key, seconds)).toBeGreaterThan(0);
      expect(await take(key, 10)).toBe(0);
      expect(await take(key, 10)).toBe(10);
      expect(await take(key, 31)).toBe(0);
      expect(await take(key, 31)).toBe(0);
      expect(await take(key, 31)).toBeGreaterThan(0);
    });

    it('hold no more than the burst, however long nobody took', async () => {
      const key = randomToken();
      await empty(key);
      const answers: number[] = [];
      for (let asked = 0; asked < 10; asked += 1) answers.push(await take(key, 100_000));
      expect(answers.filter((wait) => wait === 0)).toHaveLength(LIMIT.burst);
    });

    it('say how many are left', async () => {
      const key = randomToken();
      const left = async (seconds: number): Promise<number> =>
        (await stores().rateLimits.take(key, LIMIT, later(seconds))).left;
      const lefts: number[] = [];
      for (const seconds of [0, 0, 0, 0, 0, 0, 9, 10, 31, 100_000]) lefts.push(await left(seconds));
      expect(lefts).toEqual([4, 3, 2, 1, 0, 0, 0, 0, 1, 4]);
    });

    it('are each of one key alone', async () => {
      const key = randomToken();
      await empty(key);
      expect(await take(key)).toBeGreaterThan(0);
      expect(await take(`${key} `)).toBe(0);
    });

    it('give no more than the burst to fifty at once', async () => {
      const key = randomToken();
      const answers = await Promise.all(Array.from({ length: 50 }, () => take(key)));
      expect(answers.filter((wait) => wait === 0)).toHaveLength(LIMIT.burst);
      expect(Math.min(...answers.filter((wait) => wait > 0))).toBeGreaterThanOrEqual(1);
    });

    it('forget nobody who has to wait when what has expired is swept', async () => {
      const [waiting, idle] = [randomToken(), randomToken()];
      await empty(waiting);
      await take(idle);
      await stores().sweep(NOW);
      expect(await take(waiting)).toBeGreaterThan(0);
      await stores().sweep(later(49));
      expect(await take(waiting, 9)).toBeGreaterThan(0);
      await stores().sweep(later(50));
      // Swept, it is as it never was.
      expect(await take(waiting, 9)).toBe(0);
    });
  });
}
