import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scheduledRoleChecks } from '../../src/broker/scheduled-role-checks.ts';
import { clientAs, visitAs, withAdministrators } from '../support/administrators.ts';
import { ApiClient } from '../support/api-client.ts';
import { startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';
import { storedAudit, type RecordedEvent } from '../support/stored-audit.ts';

let broker: TestBroker;

/** One that no mapping gives, and so can go. */
function withSpareRole({ roles = [], ...sandbox }: AccessFile): AccessFile {
  const like = roles.find(({ id }) => id === 'tools-edge-list-buckets');
  return { ...sandbox, roles: [...(like === undefined ? [] : [{ ...like, id: 'spare' }]), ...roles] };
}

beforeAll(async () => {
  broker = await startTestBroker({
    access: (sandbox) => withAdministrators(withSpareRole(sandbox)),
    settings: { roleChecks: { everyHours: 24 } },
  });
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

  interface Checks {
    readonly checks: readonly { readonly role: string; readonly outcome: string; readonly cause: string }[];
    readonly untried: number;
  }

  it('keeps what was found, over restarts, for administrators to see, the worst first', async () => {
    await broker.restart();
    const nora = await visitAs(broker, 'nora.quinn');
    const client = ApiClient.ofBrowser(nora, broker.baseUrl);
    const { body } = await client.get<Checks>('/api/v1/admin/checks');
    expect(body.untried).toBe(0);
    const found = new Map(completed().map(({ detail }) => [detail['role'], detail['cause']]));
    expect(new Map(body.checks.map(({ role, cause }) => [role, cause]))).toEqual(found);
    const outcomes = body.checks.map(({ outcome }) => outcome);
    expect(outcomes[0]).toBe('fails');
    expect(outcomes.lastIndexOf('fails')).toBeLessThan(outcomes.indexOf('works'));
    const failing = await client.get<Checks>('/api/v1/admin/checks?outcome=fails');
    expect(failing.body.checks).toEqual(body.checks.filter(({ outcome }) => outcome === 'fails'));
    expect((await client.get('/api/v1/admin/checks?outcome=odd')).status).toBe(400);

    const wrong = await nora.get(`${broker.baseUrl}/admin/checks`);
    expect(wrong.text).toContain('href="/admin/roles/tools-cost-reader-without-id/trust"');
    expect(wrong.text).not.toContain('href="/admin/roles/development-readonly/trust"');
    const all = await nora.get(`${broker.baseUrl}/admin/checks?all=1`);
    expect(all.text).toContain('href="/admin/roles/development-readonly/trust"');
  });

  it('keeps what somebody found later in its place, and forgets a role that is gone', async () => {
    const alex = await clientAs(broker, 'alex.admin');
    const role = 'tools-cost-reader';
    const at = async (id: string): Promise<string | undefined> =>
      (
        await alex.get<{ readonly checks: readonly { readonly role: string; readonly at: string }[] }>(
          '/api/v1/admin/checks',
        )
      ).body.checks.find((check) => check.role === id)?.at;
    const before = await at(role);
    expect((await alex.post(`/api/v1/admin/roles/${role}/check`)).status).toBe(200);
    expect(Date.parse((await at(role)) ?? '')).toBeGreaterThan(Date.parse(before ?? ''));

    expect(await at('spare')).toBeDefined();
    const { headers } = await alex.get('/api/v1/admin/catalogue');
    const edits = [{ list: 'roles', id: 'spare' }];
    const removed = await alex.post(
      '/api/v1/admin/entries',
      { edits, reason: 'gone' },
      { 'if-match': headers.get('etag') ?? '' },
    );
    expect(removed.status, JSON.stringify(removed.body)).toBe(200);
    expect(await at('spare')).toBeUndefined();
  });

  it('A05: tells what was found to administrators alone', async () => {
    const priya = await visitAs(broker, 'priya.nair');
    const client = ApiClient.ofBrowser(priya, broker.baseUrl);
    expect((await client.get('/api/v1/admin/checks')).status).toBe(403);
    expect((await priya.get(`${broker.baseUrl}/admin/checks`)).status).toBe(404);
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
