import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReusedCredentials, type Granted } from '../../src/broker/reused-credentials.ts';
import { TemporaryCredentials } from '../../src/core/credentials.ts';

const START = Date.UTC(2026, 0, 1);

function cache() {
  let now = START;
  const clock = { now: () => new Date(now) };
  return {
    reused: new ReusedCredentials(clock),
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
    granted: (issue: string, lifeSeconds = 3_600): Granted => ({
      issue,
      credentials: new TemporaryCredentials({
        accessKeyId: `ASIA${issue}`,
        secretAccessKey: 'secret',
        sessionToken: 'token',
        expiresAt: new Date(now + lifeSeconds * 1_000),
      }),
    }),
  };
}

describe('credentials that are kept for reuse', () => {
  it('are there until too little of their life is left', async () => {
    const { reused, granted, pass } = cache();
    await reused.keep('key', Promise.resolve(granted('one')), 900);
    pass(2_700);
    expect(await reused.find('key')).toMatchObject({ issue: 'one' });
    pass(1);
    expect(reused.find('key')).toBeUndefined();
    expect(reused.size).toBe(0);
  });

  it('are found by whoever asks while STS has not answered', async () => {
    const { reused, granted } = cache();
    let answer: (granted: Granted) => void = () => undefined;
    const granting = reused.keep('key', new Promise((resolve) => (answer = resolve)), 900);
    const joined = reused.find('key');
    answer(granted('one'));
    expect(await joined).toBe(await granting);
  });

  it('are never a failure: who waits hears of it, who comes later asks anew', async () => {
    const { reused, granted } = cache();
    let fail: (error: Error) => void = () => undefined;
    const granting = reused.keep('key', new Promise((_resolve, reject) => (fail = reject)), 900);
    const joined = reused.find('key');
    fail(new Error('STS is down'));
    await expect(granting).rejects.toThrow('STS is down');
    await expect(joined).rejects.toThrow('STS is down');
    expect(reused.find('key')).toBeUndefined();
    await reused.keep('key', Promise.resolve(granted('two')), 900);
    expect(await reused.find('key')).toMatchObject({ issue: 'two' });
  });

  it('are gone a minute after they are of no use, whoever asks for what', async () => {
    const { reused, granted, pass } = cache();
    for (let index = 0; index < 100; index += 1) {
      await reused.keep(`key ${index}`, Promise.resolve(granted('old', 1_000)), 900);
    }
    pass(160);
    await reused.keep('another', Promise.resolve(granted('new')), 900);
    expect(reused.size).toBe(1);
  });

  it('are a bounded number, of which the oldest goes first', async () => {
    const { reused, granted } = cache();
    for (let index = 0; index < 6_000; index += 1) {
      await reused.keep(`key ${index}`, Promise.resolve(granted(String(index))), 900);
    }
    expect(reused.size).toBe(5_000);
    expect(reused.find('key 999')).toBeUndefined();
    expect(await reused.find('key 1000')).toMatchObject({ issue: '1000' });
  });

  it('A09: are never found under another key, nor with less life left than was asked for', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      lifeSeconds: fc.integer({ min: 900, max: 7_200 }),
      passSeconds: fc.integer({ min: 0, max: 2_000 }),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { reused, granted, pass } = cache();
        let at = START;
        for (const { key, lifeSeconds, passSeconds, fails } of steps) {
          pass(passSeconds);
          at += passSeconds * 1_000;
          const found = await reused.find(key);
          if (found !== undefined) {
            expect(found.issue).toBe(key);
            expect(found.credentials.expiresAt.getTime() - at).toBeGreaterThanOrEqual(900_000);
            continue;
          }
          const granting = fails
            ? Promise.reject(new Error('refused'))
            : Promise.resolve(granted(key, lifeSeconds));
          await reused.keep(key, granting, 900).catch(() => undefined);
        }
      }),
    );
  });
});
