/** Nobody who is known may use up what AWS grants to all: requests count for whoever sent them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRateLimits } from '../../../src/broker/rate-limits.ts';
import type { RateLimitStore } from '../../../src/core/ports/stores.ts';
import { SANDBOX_SECRETS } from '../../../src/sandbox/access.ts';
import { ApiClient, type ApiAnswer } from '../../support/api-client.ts';
import { HttpBrowser } from '../../support/http-browser.ts';
import { signIn, startTestBroker, type TestBroker } from '../../support/start-test-broker.ts';
import { storedAudit } from '../../support/stored-audit.ts';

/** Bought by twenty: two lots, and another one every twenty seconds. */
const PRINCIPALS = { burst: 40, perMinute: 60 };
const ROLE = 'production-readonly';

let broker: TestBroker;
/** Stands still, so that nothing comes back on a slow machine. */
let now = Date.now();

beforeAll(async () => {
  broker = await startTestBroker({
    settings: { rateLimits: { principals: PRINCIPALS } },
    clock: { now: () => new Date(now) },
  });
});
afterAll(() => broker.close());

function application(): Promise<ApiClient> {
  return ApiClient.ofApplication(broker.baseUrl, 'billing-report', SANDBOX_SECRETS['billing-report']);
}

async function person(name: string): Promise<{ browser: HttpBrowser; api: ApiClient }> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: name, connector: 'sandbox-oidc' });
  return { browser, api: ApiClient.ofBrowser(browser, broker.baseUrl) };
}

const count = (answers: readonly ApiAnswer<unknown>[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

it('A21: one application that asks for hundreds of credentials gets its burst, and is alone in that', async () => {
  const client = await application();
  const before = storedAudit(broker).length;
  const answers: ApiAnswer<unknown>[] = [];
  for (let sent = 0; sent < 400; sent += 10) {
    answers.push(...(await Promise.all(Array.from({ length: 10 }, () => client.credentials(ROLE)))));
  }
  // A slow AWS may fail some of those that came through.
  expect(count(answers, 429)).toBe(360);
  expect(count(answers, 200)).toBeGreaterThan(0);
  const asked = storedAudit(broker).slice(before);
  expect(asked.filter(({ name }) => name === 'credentials.requested')).toHaveLength(40);
  const refused = answers.find(({ status }) => status === 429) ?? expect.fail();
  expect(refused.body).toMatchObject({ code: 'request.too_many', status: 429 });
  const wait = Number(refused.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(20);
  expect(refused.headers.get('ratelimit')).toBe(`"api";r=0;t=${wait}`);

  // Another token of the same application is no way out; other principals notice nothing.
  expect((await (await application()).credentials(ROLE)).status).toBe(429);
  const { api } = await person('erin.engel');
  expect((await api.credentials('development-readonly')).status).toBe(200);

  await broker.restart();
  expect((await client.credentials(ROLE)).status, 'after a restart').toBe(429);
  now += wait * 1_000;
  expect((await client.credentials(ROLE)).status, 'after the wait that was named').toBe(200);
});

it('A21: a person’s pages, sessions and API count together', async () => {
  const { browser, api } = await person('priya.nair');
  const another = await person('priya.nair');
  const first = await api.get('/api/v1/me');
  expect(first.headers.get('ratelimit-policy')).toBe('"api";q=40;w=40');
  expect(first.headers.get('ratelimit')).toBe('"api";r=39;t=1');
  for (let left = 38; left >= 20; left -= 1) {
    expect((await another.api.get('/api/v1/me')).headers.get('ratelimit')).toContain(`r=${left};`);
  }
  const page = await browser.get(`${broker.baseUrl}/roles/development-readonly`);
  for (let left = 19; left >= 0; left -= 1) {
    expect((await browser.submit(page, '/roles/development-readonly/credentials')).status).toBe(200);
  }
  expect((await browser.submit(page, '/roles/development-readonly/credentials')).status).toBe(429);
  expect((await api.credentials('development-readonly')).status).toBe(429);
  expect((await browser.get(`${broker.baseUrl}/`)).status, 'pages that hand nothing out').toBe(200);
});

it('A21: counting costs a write for twenty requests, and none for those that are refused', async () => {
  let writes = 0;
  let full = 30;
  const store: RateLimitStore = {
    take() {
      writes += 1;
      full -= 1;
      return Promise.resolve(full < 0 ? { waitSeconds: 4, left: 0 } : { waitSeconds: 0, left: full });
    },
  };
  const limit = { burst: 600, perMinute: 300 };
  const settings = { signIns: limit, failures: limit, failedClients: limit, principals: limit };
  const limits = createRateLimits({ store, clock: { now: () => new Date(0) }, settings });
  const principal = {
    kind: 'application',
    id: 'a',
    name: 'A',
    standing: { kind: 'access-token', idHash: '' },
  } as const;
  const asked = Array.from({ length: 2_000 }, () => limits.admitPrincipal(principal));
  const answers = await Promise.allSettled(asked);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(600);
  expect(writes).toBe(31);
});
