/** Whoever is refused a role of theirs is told whom to ask, and of others' roles nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitAs } from '../support/administrators.ts';
import { ApiClient } from '../support/api-client.ts';
import type { HttpBrowser } from '../support/http-browser.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const ROLE = 'tools-edge-list-buckets';

interface Refusal {
  readonly steps: readonly { readonly state: string; readonly text: string }[];
}

describe('whom to ask', () => {
  let broker: TestBroker;
  let alex: HttpBrowser;

  beforeAll(async () => {
    broker = await startTestBroker({
      access: ({ accounts = [], mappings = [], ...sandbox }) => ({
        ...sandbox,
        accounts: accounts.map((account) => ({ ...account, owner: 'cloud-team@example.com' })),
        mappings: mappings.map((mapping) =>
          mapping.id.startsWith('payments') ? { ...mapping, owner: 'payments <b>lead</b>' } : mapping,
        ),
      }),
    });
    alex = await visitAs(broker, 'alex.admin');
  });
  afterAll(() => broker.close());

  const refused = async (browser: HttpBrowser, role: string, wish: object = {}): Promise<string> => {
    const { status, body } = await ApiClient.ofBrowser(browser, broker.baseUrl).post<Refusal>(
      `/api/v1/roles/${role}/credentials`,
      wish,
    );
    expect(status).toBeGreaterThanOrEqual(400);
    return body.steps.map(({ text }) => text).join('\n');
  };

  it('is the owner of the account where the mapping has none, on the page and in problem details', async () => {
    expect(await refused(alex, ROLE)).toContain('Whoever answers for it: cloud-team@example.com.');
    const page = await alex.get(`${broker.baseUrl}/roles/${ROLE}`);
    const csrfToken = /name="csrfToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const posted = await alex.post(`${broker.baseUrl}/roles/${ROLE}/credentials`, { csrfToken });
    expect(posted.text).toContain('Whoever answers for it: cloud-team@example.com.');
  });

  it('is the owner of the mapping that gives it', async () => {
    const lead = await visitAs(broker, 'priya.nair');
    const { body } = await ApiClient.ofBrowser(lead, broker.baseUrl).get<{
      readonly roles: readonly { readonly id: string; readonly mapping?: string }[];
    }>('/api/v1/roles');
    expect(body.roles.map(({ id }) => id)).toContain('production-developer');
    const text = await refused(lead, 'production-developer', { durationSeconds: 43_200 });
    expect(text).toContain('Whoever answers for it: payments <b>lead</b>.');
  });

  it('A06: is told of a role that is somebody else’s as little as of one that does not exist', async () => {
    const nora = await visitAs(broker, 'nora.quinn');
    const [others, none] = await Promise.all([
      refused(nora, 'production-developer', { durationSeconds: 43_200 }),
      refused(nora, 'no-such-role', { durationSeconds: 43_200 }),
    ]);
    expect(others).toBe(none);
    expect(others).not.toContain('answers for it');
  });
});
