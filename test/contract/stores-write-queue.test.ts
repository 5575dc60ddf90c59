import { describe, expect, it } from 'vitest';
import { WriteQueue } from '../../src/stores/write-queue.ts';
import type { WriteQueueLimits } from '../../src/stores/write-queue.ts';
import type { Outcome, WriteUnit } from '../../src/stores/write-unit.ts';

const unit = (name: string): WriteUnit => ({ statements: [{ sql: name, parameters: [] }], audit: [] });
const committed: Outcome = { status: 'committed', rows: 1 };

/** A writer at the far end of the queue, which answers a group when it is told to. */
function writer(limits: Partial<WriteQueueLimits> = {}): {
  readonly queue: WriteQueue;
  readonly groups: (readonly string[])[];
  readonly answer: () => Promise<void>;
} {
  const groups: (readonly string[])[] = [];
  const answers: (() => void)[] = [];
  const queue = new WriteQueue((units) => {
    groups.push(units.map(({ statements }) => statements[0]?.sql ?? ''));
    return new Promise((resolve) => answers.push(() => resolve(units.map(() => committed))));
  }, limits);
  const answer = async (): Promise<void> => {
    await expect.poll(() => answers.length).toBeGreaterThan(0);
    answers.shift()?.();
  };
  return { queue, groups, answer };
}

describe('the way to the writer', () => {
  it('sends together what came together, and what waited meanwhile after it, in order', async () => {
    const { queue, groups, answer } = writer();
    const first = [queue.write(unit('a')), queue.write(unit('b'))];
    await expect.poll(() => groups.length).toBe(1);
    const second = ['c', 'd', 'e'].map((name) => queue.write(unit(name)));
    await answer();
    expect(await Promise.all(first)).toEqual([committed, committed]);
    await answer();
    expect(await Promise.all(second)).toEqual([committed, committed, committed]);
    expect(groups).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('bounds a group', async () => {
    const { queue, groups, answer } = writer({ maximumGroup: 2 });
    const writes = ['a', 'b', 'c'].map((name) => queue.write(unit(name)));
    await answer();
    await answer();
    await Promise.all(writes);
    expect(groups).toEqual([['a', 'b'], ['c']]);
  });

  it('refuses at once what is more than it lets wait', async () => {
    const { queue, answer } = writer({ maximumWaiting: 2 });
    const writes = ['a', 'b'].map((name) => queue.write(unit(name)));
    expect(await queue.write(unit('c'))).toMatchObject({ status: 'unavailable' });
    await answer();
    expect(await Promise.all(writes)).toEqual([committed, committed]);
  });

  it('gives up what is not acknowledged in time, and never sends what was given up while it waited', async () => {
    const { queue, groups, answer } = writer({ timeoutMs: 500 });
    const sent = queue.write(unit('sent'));
    await expect.poll(() => groups.length).toBe(1);
    const waiting = queue.write(unit('waiting'));
    expect(await sent).toMatchObject({ status: 'unavailable' });
    expect(await waiting).toMatchObject({ status: 'unavailable' });
    await answer();
    const afterwards = queue.write(unit('afterwards'));
    await answer();
    expect(await afterwards).toEqual(committed);
    expect(groups).toEqual([['sent'], ['afterwards']]);
  });

  it('answers every write when the writer fails, and goes on with the next group', async () => {
    let calls = 0;
    const queue = new WriteQueue((units) => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('it died')) : Promise.resolve(units.map(() => committed));
    });
    const lost = await Promise.all([queue.write(unit('a')), queue.write(unit('b'))]);
    expect(lost).toEqual(lost.map(() => ({ status: 'unavailable', detail: 'it died' })));
    expect(await queue.write(unit('c'))).toEqual(committed);
  });

  it('closes after what it has taken, and takes nothing more', async () => {
    const { queue, groups, answer } = writer();
    const before = queue.write(unit('before'));
    const closed = queue.close();
    expect(await queue.write(unit('after'))).toMatchObject({ status: 'unavailable' });
    await answer();
    await closed;
    expect(await before).toEqual(committed);
    expect(groups).toEqual([['before']]);
  });
});
