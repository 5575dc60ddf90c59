/** The way in, back to where one wanted to go, and out again, through connectors of both kinds. */
import { DatabaseSync } from '@photostructure/sqlite';
import { DOMParser } from '@xmldom/xmldom';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { codeOn, leave, openIdAnswer, post, samlAnswer } from '../support/sign-in-by-hand.ts';
import {
  continueAs,
  signIn,
  startTestBroker,
  type AccessFile,
  type TestBroker,
} from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

/** One more of each kind to the same providers, with a mapping of its own for the third. */
function fourConnectors(access: AccessFile): AccessFile {
  const [saml, oidc] = access.connectors ?? [];
  if (saml?.kind !== 'saml' || oidc?.kind !== 'oidc') throw new Error('the sandbox has other connectors');
  return {
    ...access,
    connectors: [
      saml,
      oidc,
      { ...saml, id: 'second-saml', label: 'Second (SAML)' },
      {
        kind: 'oidc',
        id: 'second-oidc',
        label: 'Second (OpenID)',
        issuer: oidc.issuer,
        clientId: 'daypass-public',
      },
    ],
    mappings: [
      ...(access.mappings ?? []),
      {
        id: 'second-engineers',
        connector: 'second-saml',
        groups: ['engineering'],
        roles: { ids: ['development-readonly'] },
      },
    ],
  };
}

const CONNECTORS = ['sandbox-saml', 'sandbox-oidc', 'second-saml', 'second-oidc'] as const;

let broker: TestBroker;
let clockOffset = 0;

beforeAll(async () => {
  broker = await startTestBroker({
    access: fourConnectors,
    clock: { now: () => new Date(Date.now() + clockOffset) },
  });
});
afterAll(() => broker.close());
beforeEach(() => {
  clockOffset = 0;
});

async function enter(browser: HttpBrowser, connector: string, person = 'erin.engel'): Promise<Page> {
  return continueAs(browser, await leave(browser, broker, { connector }), person);
}

function me(browser: HttpBrowser): ReturnType<ApiClient['get']> {
  return ApiClient.ofBrowser(browser, broker.baseUrl).get('/api/v1/me');
}

/** Uses the session, and sees that this was noted: nobody waits for that, but the test's clock jumps. */
async function use(browser: HttpBrowser): Promise<void> {
  const since = Date.now() + clockOffset - 60_000;
  expect((await me(browser)).status).toBe(200);
  await expect.poll(() => lastSeen(sessionOf(browser) ?? '')).toBeGreaterThanOrEqual(since);
}

function lastSeen(cookie: string): number {
  const { store } = broker.daypass.config;
  const database = new DatabaseSync(store.kind === 'sqlite' ? store.file : '', { readOnly: true });
  const [row] = database
    .prepare('select seen_at from sign_in_sessions where id_hash = ?')
    .all(sha256Hex(cookie)) as { readonly seen_at: number }[];
  database.close();
  return row?.seen_at ?? 0;
}

function sessionOf(browser: HttpBrowser): string | undefined {
  return browser.cookiesOf(broker.baseUrl).get('daypass-session');
}

describe('choosing how to sign in', () => {
  it('offers every connector, each leading back to where one wanted to go', async () => {
    const browser = new HttpBrowser();
    const page = await browser.get(`${broker.baseUrl}/roles/development-developer?from=a%26b`);
    expect(page.status).toBe(200);
    expect(new URL(page.url).pathname).toBe('/sign-in');
    for (const connector of CONNECTORS) {
      const back = encodeURIComponent('/roles/development-developer?from=a%26b');
      expect(page.text).toContain(`href="/sign-in/${connector}?returnTo=${back}"`);
    }
  });

  it.each(['nobody', '__proto__', 'constructor', 'sandbox-saml%00', '..%2fsandbox-saml', 'x'.repeat(500)])(
    'knows no connector %s',
    async (connector) => {
      const page = await new HttpBrowser().get(`${broker.baseUrl}/sign-in/${connector}`);
      expect([page.status, codeOn(page)]).toEqual([404, 'sign_in.connector_unknown']);
    },
  );
});

describe.each(CONNECTORS)('a sign-in through %s', (connector) => {
  it('leads from a deep link back to it', async () => {
    const browser = new HttpBrowser();
    const wanted = '/roles/development-readonly?from=a%26b';
    const choosing = await browser.get(broker.baseUrl + wanted);
    const link = new RegExp(`href="(/sign-in/${connector}[^"]*)"`).exec(choosing.text)?.[1] ?? '';
    const asked = await browser.get(broker.baseUrl + link.replaceAll('&amp;', '&'));
    expect(new URL(asked.url).origin).toBe(broker.identityProvidersUrl);
    const arrived = await continueAs(browser, asked, 'erin.engel');
    expect(arrived.url).toBe(broker.baseUrl + wanted);
    const { body } = await me(browser);
    expect(body).toMatchObject({
      id: `user:${connector}:erin.engel`,
      connector,
      subject: 'erin.engel',
      groups: ['engineering'],
      email: 'erin.engel@example.com',
    });
  });

  it('is recorded with the groups that arrived', async () => {
    const browser = new HttpBrowser();
    await enter(browser, connector, 'priya.nair');
    const completed = storedAudit(broker).findLast(({ name }) => name === 'sign-in.completed');
    expect(completed).toMatchObject({
      principal: `user:${connector}:priya.nair`,
      detail: { connector, groups: ['engineering', 'payments-leads'] },
    });
  });

  it('is refused with the reason when the visitor declines', async () => {
    const browser = new HttpBrowser();
    const page = connector.endsWith('saml')
      ? await post(browser, await samlAnswer(browser, broker, { connector }))
      : await browser.get(await openIdAnswer(browser, broker, { connector }));
    const code = connector.endsWith('saml') ? 'saml.status' : 'oidc.refused';
    expect([page.status, codeOn(page)]).toEqual([403, code]);
    expect(sessionOf(browser)).toBeUndefined();
    expect(recordedFor(broker, page)).toMatchObject([
      { name: 'sign-in.denied', detail: { connector, reason: code } },
    ]);
  });
});

describe('an identity', () => {
  it('is of its connector alone: the same subject and groups of another give other roles', async () => {
    const roles = await Promise.all(
      CONNECTORS.map(async (connector) => {
        const browser = new HttpBrowser();
        await enter(browser, connector);
        const client = ApiClient.ofBrowser(browser, broker.baseUrl);
        const { body } = await client.get<{ roles: { id: string }[] }>('/api/v1/roles');
        return body.roles.map(({ id }) => id);
      }),
    );
    expect(roles[0]).toContain('production-ec2-operator');
    expect(roles[1]).toContain('development-data-analyst-own-token');
    expect(roles[2]).toEqual(['development-readonly']);
    expect(roles[3]).toEqual([]);
  });
});

describe('W11: where a sign-in leads back to', () => {
  it.each([
    'https://evil.example/',
    'http://localhost:1/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    'evil.example',
    '@evil.example',
    ' /roles/x',
    '/\u0000',
    '/é',
    `/${'x'.repeat(4_000)}`,
    '',
  ])('is the roles page for %j', async (returnTo) => {
    const browser = new HttpBrowser();
    const answered = await post(
      browser,
      await samlAnswer(browser, broker, { connector: 'sandbox-saml', person: 'erin.engel', returnTo }),
    );
    expect([answered.status, answered.headers.get('location')]).toEqual([303, '/']);
  });

  it('is nothing that comes along twice or in brackets', async () => {
    const browser = new HttpBrowser();
    for (const query of ['returnTo=/a&returnTo=//evil.example', 'returnTo[]=//evil.example']) {
      const page = await browser.get(`${broker.baseUrl}/sign-in?${query}`);
      expect(page.status).toBe(200);
      expect(page.text).toContain('href="/sign-in/sandbox-saml"');
    }
  });
});

describe('two tabs of one browser', () => {
  it.each([
    ['sandbox-saml', 'sandbox-oidc'],
    ['sandbox-saml', 'sandbox-saml'],
    ['sandbox-oidc', 'sandbox-oidc'],
  ] as const)('both arrive where they wanted to go: %s and %s', async (first, second) => {
    const browser = new HttpBrowser();
    const one = await leave(browser, broker, { connector: first, returnTo: '/roles/development-readonly' });
    const two = await leave(browser, broker, { connector: second, returnTo: '/roles/development-developer' });
    const arrivedTwo = await continueAs(browser, two, 'erin.engel');
    expect(arrivedTwo.url).toBe(`${broker.baseUrl}/roles/development-developer`);
    const arrivedOne = await continueAs(browser, one, 'erin.engel');
    expect(arrivedOne.url).toBe(`${broker.baseUrl}/roles/development-readonly`);
  });
});

describe('a sign-in session', () => {
  it('W03: gets a new id at each sign-in, whatever the browser brought along', async () => {
    const browser = new HttpBrowser();
    const planted = 'A'.repeat(43);
    browser.setCookie(broker.baseUrl, 'daypass-session', planted);
    await enter(browser, 'sandbox-saml');
    const first = sessionOf(browser);
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(first).not.toBe(planted);

    await enter(browser, 'sandbox-oidc');
    expect(sessionOf(browser)).not.toBe(first);
    const old = new HttpBrowser();
    for (const value of [first ?? '', planted]) {
      old.setCookie(broker.baseUrl, 'daypass-session', value);
      expect((await me(old)).body.code).toBe('session.required');
    }
  });

  it('W04: travels in cookies that scripts and other sites do not get', async () => {
    const browser = new HttpBrowser();
    const left = await browser.send(`${broker.baseUrl}/sign-in/sandbox-saml`);
    const answer = await samlAnswer(browser, broker, { connector: 'sandbox-saml', person: 'erin.engel' });
    const answered = await post(browser, answer);
    const out = await browser.send(`${broker.baseUrl}/sign-out`, { method: 'POST', from: broker.baseUrl });
    const [flow = '', ...moreFlow] = left.headers.getSetCookie();
    const [session = '', ...moreSession] = answered.headers.getSetCookie();
    const [cleared = ''] = out.headers.getSetCookie();
    const value = '[A-Za-z0-9_-]{43}';
    const rest = 'Path=/; HttpOnly; SameSite=Lax';
    expect(flow).toMatch(new RegExp(`^daypass-flow=${value}; Max-Age=600; ${rest}$`));
    expect(session).toMatch(new RegExp(`^daypass-session=${value}; Max-Age=43200; ${rest}$`));
    expect(cleared).toBe(`daypass-session=; Max-Age=0; ${rest}`);
    expect([...moreFlow, ...moreSession]).toEqual([]);
  });

  it('A01: ends on the server when the person signs out', async () => {
    const browser = new HttpBrowser();
    await enter(browser, 'sandbox-saml');
    const cookie = sessionOf(browser) ?? '';
    const out = await browser.send(`${broker.baseUrl}/sign-out`, { method: 'POST', from: broker.baseUrl });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/signed-out']);
    expect(out.headers.get('clear-site-data')).toBe('"cache"');
    expect(sessionOf(browser)).toBeUndefined();
    expect(recordedFor(broker, out)).toMatchObject([
      { name: 'sign-out.completed', principal: 'user:sandbox-saml:erin.engel' },
    ]);

    const thief = new HttpBrowser();
    thief.setCookie(broker.baseUrl, 'daypass-session', cookie);
    expect((await me(thief)).body.code).toBe('session.required');
    const client = ApiClient.ofBrowser(thief, broker.baseUrl);
    expect((await client.credentials('development-readonly')).status).toBe(401);
    expect(new URL((await thief.get(broker.baseUrl)).url).pathname).toBe('/sign-in');
    await broker.restart();
    expect((await me(thief)).body.code).toBe('session.required');
  });

  it('W02: is not ended by another site, nor by a link', async () => {
    const browser = new HttpBrowser();
    await enter(browser, 'sandbox-saml');
    const linked = await browser.send(`${broker.baseUrl}/sign-out`, { from: 'https://evil.example/' });
    expect([linked.status, linked.headers.get('allow')]).toEqual([405, 'POST']);
    const cookie = [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
    for (const site of ['cross-site', 'same-site', 'none']) {
      const response = await fetch(`${broker.baseUrl}/sign-out`, {
        method: 'POST',
        headers: { cookie, 'sec-fetch-site': site },
        redirect: 'manual',
      });
      expect(response.status).toBe(403);
    }
    expect((await me(browser)).status).toBe(200);
  });

  it('ends after an hour without use, and not before', async () => {
    const browser = new HttpBrowser();
    await enter(browser, 'sandbox-saml');
    clockOffset = 3_590_000;
    await use(browser);
    clockOffset += 3_590_000;
    await use(browser);
    clockOffset += 3_601_000;
    expect((await me(browser)).body.code).toBe('session.required');
  });

  it('ends after twelve hours, however much it is used', async () => {
    const browser = new HttpBrowser();
    await enter(browser, 'sandbox-oidc');
    for (; clockOffset < 43_190_000; clockOffset += 3_500_000) await use(browser);
    clockOffset = 43_195_000;
    expect((await me(browser)).status).toBe(200);
    clockOffset = 43_201_000;
    expect((await me(browser)).body.code).toBe('session.required');
  });

  it('survives a restart', async () => {
    const browser = new HttpBrowser();
    await enter(browser, 'sandbox-oidc');
    await broker.restart();
    expect((await me(browser)).status).toBe(200);
  });
});

describe('someone without any role', () => {
  it('is told who they are, which groups arrived and what to do', async () => {
    const browser = new HttpBrowser();
    const page = await signIn(browser, broker, { person: 'nora.quinn', connector: 'sandbox-saml' });
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/']);
    expect(page.text).toContain('No role is open to you yet');
    expect(page.text).toContain('Nora Quinn');
    expect(page.text).toContain('nora.quinn@example.com');
    expect(page.text).toContain('No groups arrived from <span class="name">Sandbox (SAML)</span>');
    expect(page.text).toContain('Ask whoever runs Sandbox (SAML) to send your groups to Daypass');
    expect(page.text).toContain(page.headers.get('x-request-id') ?? 'no id');
  });

  it('sees on a role’s page the groups that arrived and what is missing', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'carlos.ortiz', connector: 'sandbox-saml' });
    const page = await browser.get(`${broker.baseUrl}/roles/production-developer`);
    expect([page.status, codeOn(page)]).toEqual([404, 'role.not_found']);
    expect(page.text).toContain('<li class="exact">contractors</li>');
    expect(page.text).toContain('None of your groups gives you this role');
    expect(page.text).toContain(page.headers.get('x-request-id') ?? 'no id');
  });
});

describe('our metadata as a service provider', () => {
  it.each(['sandbox-saml', 'second-saml'])('names %s and where to send answers', async (connector) => {
    const response = await fetch(`${broker.baseUrl}/saml/${connector}/metadata`);
    expect(response.headers.get('content-type')).toContain('application/samlmetadata+xml');
    const root = new DOMParser().parseFromString(await response.text(), 'text/xml').documentElement;
    expect(root.localName).toBe('EntityDescriptor');
    expect(root.getAttribute('entityID')).toBe(`${broker.baseUrl}/saml/${connector}/metadata`);
    const services = root.getElementsByTagNameNS('*', 'AssertionConsumerService');
    expect(services).toHaveLength(1);
    expect(services.item(0)?.getAttribute('Location')).toBe(`${broker.baseUrl}/saml/${connector}/acs`);
    expect(services.item(0)?.getAttribute('Binding')).toBe('urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST');
    const descriptor = root.getElementsByTagNameNS('*', 'SPSSODescriptor').item(0);
    expect(descriptor?.getAttribute('WantAssertionsSigned')).toBe('true');
  });

  it('is not made for connectors of another kind', async () => {
    const page = await new HttpBrowser().get(`${broker.baseUrl}/saml/sandbox-oidc/metadata`);
    expect([page.status, codeOn(page)]).toEqual([404, 'sign_in.connector_unknown']);
  });
});
