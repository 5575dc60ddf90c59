import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scheduledRoleChecks } from '../../src/broker/scheduled-role-checks.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { storedAudit, type RecordedEvent } from '../support/stored-audit.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker({ settings: { roleChecks: { everyHours: 24 } } });
});
afterAll(() => broker.close());

const completed = (): RecordedEvent[] =>
  storedAudit(broker).filter(({ name }) => name === 'role-check.completed');

describe('roles checked on a schedule', () => {
  it('tries each role out once, as nobody, and says what is wrong', async () => {
    const last = 'tools-session';
    await vi.waitFor(() => expect(completed().at(-1)?.detail['role']).toBe(last), { timeout: 20_000 });
    const byRole = new Map(completed().map(({ detail }) => [detail['role'], detail]));
    expect(byRole.size).toBe(completed().length);
    expect(byRole.get('development-readonly')).toMatchObject({ outcome: 'works' });
    expect(byRole.get('tools-cost-reader')).toMatchObject({ outcome: 'works' });
    expect(byRole.get('tools-cost-reader-without-id')).toMatchObject({ cause: 'trust.refused' });
    expect(byRole.get('tools-cost-reader-other-id')).toMatchObject({ cause: 'trust.refused' });
    expect(byRole.get('tools-edge-list-buckets')).toMatchObject({ outcome: 'unchecked' });
    for (const { principal, origin } of completed()) {
      expect([principal, origin.door]).toEqual([undefined, 'broker']);
    }
  });

  it('begins once in so many hours, whichever node asks and however often it starts', async () => {
    let times = 0;
    const start = Date.now();
    let now = start;
    await broker.whileDown(async ({ rateLimits }) => {
      const node = (): (() => Promise<void>) =>
        scheduledRoleChecks({
          everyHours: 24,
          rateLimits,
          clock: { now: () => new Date(now) },
          report: () => undefined,
          roleChecks: {
            checkAll() {
              times += 1;
              return Promise.resolve();
            },
          },
        });
      await node()();
      expect(times).toBe(0);
      now = start + 25 * 3_600_000;
      await Promise.all([node()(), node()(), node()()]);
      expect(times).toBe(1);
      now += 23 * 3_600_000;
      await node()();
      expect(times).toBe(1);
    });
  });
});
