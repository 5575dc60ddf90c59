import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_ADMINISTRATORS } from '../../src/core/own-administrators.ts';
import { catalogueSchema } from '../../src/core/catalogue.ts';
import { randomToken, sha256Hex } from '../../src/lib/hash.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { storedAudit } from '../support/stored-audit.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const PRINCIPAL = 'user:_break-glass:administrator';
const SECRETS = Array.from({ length: 8 }, randomToken);
const SETTINGS = { breakGlass: { secretHashes: SECRETS.map((each) => `sha256:${sha256Hex(each)}`) } };

describe('break-glass', () => {
  let broker: TestBroker;
  let now = new Date();
  const unused = [...SECRETS];

  beforeAll(async () => {
    broker = await startTestBroker({ settings: SETTINGS, clock: { now: () => now } });
  });
  afterAll(() => broker.close());

  async function open(secret: string, browser = new HttpBrowser()): Promise<Page> {
    return browser.submit(await browser.get(`${broker.baseUrl}/break-glass`), '/break-glass', { secret });
  }

  async function opened(): Promise<{ browser: HttpBrowser; api: ApiClient }> {
    const browser = new HttpBrowser();
    await open(unused.pop() ?? '', browser);
    return { browser, api: ApiClient.ofBrowser(browser, broker.baseUrl) };
  }

  it('G09: opens a short session that administers, loudly, without an identity provider', async () => {
    const { browser, api } = await opened();
    const page = await browser.get(`${broker.baseUrl}/sessions`);
    expect(page.text).toContain('Break-glass is open');
    const read = await api.get<{ version: number; catalogue: { accounts: { name: string }[] } }>(
      '/api/v1/admin/catalogue',
    );
    expect(read.status).toBe(200);
    const [account, ...rest] = read.body.catalogue.accounts;
    const catalogue = { ...read.body.catalogue, accounts: [{ ...account, name: 'Renamed' }, ...rest] };
    const applied = await api.post(
      '/api/v1/admin/catalogue',
      { catalogue, reason: 'the provider is down' },
      { 'if-match': `"${read.body.version}"` },
    );
    expect(applied.status).toBe(200);
    const events = storedAudit(broker).filter(({ principal }) => principal === PRINCIPAL);
    expect(events.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['break-glass.used', 'catalogue.changed']),
    );
    const used = events.find(({ name }) => name === 'break-glass.used');
    expect(used?.detail).toMatchObject({ severity: 'critical' });
    expect(JSON.stringify(events)).not.toContain(SECRETS[7]);
  });

  it('G09: each secret opens once', async () => {
    const secret = unused.pop() ?? '';
    expect((await open(secret)).url).toBe(`${broker.baseUrl}/admin`);
    const again = await open(secret);
    expect(again.status).toBe(403);
    expect(again.text).toContain('used before');
    const [one, other] = await Promise.all([open(unused.at(-1) ?? ''), open(unused.pop() ?? '')]);
    expect([one.url, other.url].filter((url) => url.endsWith('/admin'))).toHaveLength(1);
  });

  it('gets no credentials, no token and no client, and no mapping can name it', async () => {
    const { browser, api } = await opened();
    const role = '/api/v1/roles/production-readonly/credentials';
    expect((await api.post(role, {})).status).toBe(404);
    expect((await api.get<{ roles: unknown[] }>('/api/v1/roles')).body.roles).toEqual([]);
    const { connectorId } = OWN_ADMINISTRATORS['break-glass'];
    const mapping = { id: 'x', connector: connectorId, users: ['administrator'], roles: { ids: ['y'] } };
    expect(catalogueSchema.safeParse({ mappings: [mapping] }).success).toBe(false);
    const made = await api.post<{ token: string }>('/api/v1/tokens', { label: 'x', expiresInDays: 1 });
    const byToken = new ApiClient(broker.baseUrl, { authorization: `Bearer ${made.body.token}` });
    expect((await byToken.get('/api/v1/admin/catalogue')).status).toBe(403);
    await browser.submit(await browser.get(`${broker.baseUrl}/sessions`), '/sign-out');
    expect((await api.get('/api/v1/admin/catalogue')).status).toBe(401);
  });

  it('closes by itself, however busy it is, and ends the session that the browser had', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'nora.quinn', connector: 'sandbox-saml' });
    const before = browser.cookiesOf(broker.baseUrl).get('daypass-session') ?? '';
    await open(unused.pop() ?? '', browser);
    const old = new HttpBrowser();
    old.setCookie(broker.baseUrl, 'daypass-session', before);
    expect((await old.get(`${broker.baseUrl}/sessions`)).url).toContain('/sign-in');

    const api = ApiClient.ofBrowser(browser, broker.baseUrl);
    now = new Date(now.getTime() + 29 * 60_000);
    expect((await api.get('/api/v1/admin/catalogue')).status).toBe(200);
    now = new Date(now.getTime() + 2 * 60_000);
    expect((await api.get('/api/v1/admin/catalogue')).status).toBe(401);
  });

  it('G09: wrong secrets are recorded, and after a few none is looked at', async () => {
    const wrong = randomToken();
    expect((await open(wrong)).status).toBe(403);
    for (let tries = 0; tries < 8; tries += 1) await open(wrong);
    const refused = await open(unused.at(-1) ?? '');
    expect(refused.status).toBe(429);
    now = new Date(now.getTime() + 10 * 60_000);
    expect((await open(unused.pop() ?? '')).url).toBe(`${broker.baseUrl}/admin`);
  });
});

describe('break-glass elsewhere', () => {
  it('is not there unless the configuration names a secret', async () => {
    const broker = await startTestBroker();
    try {
      expect((await new HttpBrowser().get(`${broker.baseUrl}/break-glass`)).status).toBe(404);
    } finally {
      await broker.close();
    }
  });

  it('opens from the networks that are named, and from no other', async () => {
    const networks = ['10.0.0.0/8', '2001:db8::/32'];
    const broker = await startTestBroker({ settings: { breakGlass: { ...SETTINGS.breakGlass, networks } } });
    try {
      const browser = new HttpBrowser();
      const page = await browser.get(`${broker.baseUrl}/break-glass`);
      const answer = await browser.submit(page, '/break-glass', { secret: SECRETS[0] ?? '' });
      expect(answer.status).toBe(403);
    } finally {
      await broker.close();
    }
  });
});
