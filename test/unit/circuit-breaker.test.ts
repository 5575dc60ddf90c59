import { describe, expect, it } from 'vitest';
import { CircuitBreaker, CircuitOpenError } from '../../src/lib/circuit-breaker.ts';

function world() {
  const state = { now: 1_000, calls: 0, trials: 0 };
  const breaker = new CircuitBreaker({
    faults: 3,
    firstPauseMs: 1_000,
    longestPauseMs: 4_000,
    now: () => state.now,
  });
  const call = (outcome: 'works' | 'fails', isFault = true): Promise<unknown> =>
    breaker.run(
      ({ isTrial }) => {
        state.calls += 1;
        if (isTrial) state.trials += 1;
        return outcome === 'works' ? Promise.resolve('answer') : Promise.reject(new Error('fault'));
      },
      () => isFault,
    );
  const fails = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await expect(call('fails')).rejects.toThrow('fault');
  };
  return { state, call, fails };
}

describe('a circuit breaker', () => {
  it('lets everything through until several calls in a row fail', async () => {
    const { state, call, fails } = world();
    await fails(2);
    await expect(call('works')).resolves.toBe('answer');
    await fails(2);
    await expect(call('works')).resolves.toBe('answer');
    expect(state).toMatchObject({ calls: 6, trials: 0 });
  });

  it('then refuses without a call, with the last fault and how long to wait', async () => {
    const { state, call, fails } = world();
    await fails(3);
    const refused: unknown = await call('works').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CircuitOpenError);
    expect(refused).toMatchObject({ waitMs: 1_000, fault: new Error('fault') });
    expect(state.calls).toBe(3);
  });

  it('tries one call after the pause, and closes when it works', async () => {
    const { state, call, fails } = world();
    await fails(3);
    state.now += 1_000;
    const [first, second] = await Promise.allSettled([call('works'), call('works')]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    expect(state).toMatchObject({ calls: 4, trials: 1 });
    await expect(call('works')).resolves.toBe('answer');
    expect(state.trials).toBe(1);
  });

  it('waits longer after each trial that fails, up to a limit', async () => {
    const { state, call, fails } = world();
    await fails(3);
    for (const pause of [1_000, 2_000, 4_000, 4_000]) {
      state.now += pause - 1;
      await expect(call('works')).rejects.toBeInstanceOf(CircuitOpenError);
      state.now += 1;
      await fails(1);
    }
    expect(state).toMatchObject({ calls: 7, trials: 4 });
  });

  it('is closed by a refusal, which is an answer too', async () => {
    const { state, call, fails } = world();
    await fails(3);
    state.now += 1_000;
    await expect(call('fails', false)).rejects.toThrow('fault');
    await expect(call('works')).resolves.toBe('answer');
  });

  it('counts calls that fail after it opened as nothing new', async () => {
    const { state, call, fails } = world();
    const late = Array.from({ length: 6 }, () => call('fails').catch(() => undefined));
    await Promise.all(late);
    state.now += 1_000;
    await fails(1);
    state.now += 1_999;
    await expect(call('works')).rejects.toBeInstanceOf(CircuitOpenError);
    state.now += 1;
    await expect(call('works')).resolves.toBe('answer');
  });
});
