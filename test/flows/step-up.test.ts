/**
 * A role that asks how somebody signed in: the press that is turned away leads to the identity provider and back
 * to what was pressed, by SAML and by OpenID Connect, and never to less than was asked for.
 */
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { lastCall } from '../support/sandbox-aws.ts';
import {
  continueAs,
  signIn,
  startTestBroker,
  type AccessFile,
  type ConnectorId,
  type TestBroker,
} from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

const ROLE = 'production-developer-step-up';
const OWN_TOKEN = 'development-data-analyst-own-token';
const MFA = 'https://refeds.org/profile/mfa';
const CONNECTORS: readonly ConnectorId[] = ['sandbox-saml', 'sandbox-oidc'];
const CONTEXT_CODE = { 'sandbox-saml': 'saml.authn_context', 'sandbox-oidc': 'oidc.acr' } as const;

let broker: TestBroker;
let aheadMs = 0;

/** Beside the sandbox's own: roles that ask for one thing alone, for the impossible, and together with an MFA code. */
function accessWithMore(sandbox: AccessFile): AccessFile {
  const roles = sandbox.roles ?? [];
  const like = (id: string): (typeof roles)[number] => {
    const role = roles.find((candidate) => candidate.id === id);
    if (role === undefined) throw new Error(`the sandbox has no role ${id}`);
    return role;
  };
  const more = [
    { ...like('production-developer'), id: 'fresh', authentication: { maximumAgeSeconds: 900 } },
    { ...like('production-developer'), id: 'impossible', authentication: { contexts: ['urn:nobody:can'] } },
    { ...like('tools-session'), id: 'fresh-with-code', authentication: { maximumAgeSeconds: 900 } },
    { ...like('production-ec2-operator'), id: 'fresh-by-key', authentication: { maximumAgeSeconds: 900 } },
  ];
  const of = (connector: string): NonNullable<AccessFile['mappings']> => [
    {
      id: `more-${connector}`,
      connector,
      groups: ['payments-leads'],
      roles: { ids: more.map(({ id }) => id) },
    },
    { id: `other-${connector}`, connector, users: ['priya.nair'], roles: { ids: ['fresh'] }, order: 200 },
  ];
  return {
    ...sandbox,
    roles: [...roles, ...more],
    mappings: [
      ...(sandbox.mappings ?? []),
      ...CONNECTORS.flatMap(of),
      { id: 'own-token-saml', connector: 'sandbox-saml', users: ['priya.nair'], roles: { ids: [OWN_TOKEN] } },
      { id: 'program', applications: ['billing-report'], roles: { ids: ['fresh', 'impossible'] } },
    ],
  };
}

beforeAll(async () => {
  const clock = { now: (): Date => new Date(Date.now() + aheadMs) };
  broker = await startTestBroker({ clock, access: accessWithMore });
});
afterAll(() => broker.close());

async function priya(connector: ConnectorId): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'priya.nair', connector });
  return browser;
}

/** Does something a while after now, as the broker's clock has it. */
async function later<T>(minutes: number, work: () => Promise<T>): Promise<T> {
  aheadMs = minutes * 60_000;
  try {
    return await work();
  } finally {
    aheadMs = 0;
  }
}

function press(
  browser: HttpBrowser,
  [role, purpose]: readonly [string, 'console' | 'credentials'],
  fields: Readonly<Record<string, string>> = {},
): Promise<Page> {
  return browser.post(`${broker.baseUrl}/roles/${role}/${purpose}`, fields);
}

/** Where the page that turns a press away goes on to. */
function wayOn({ text }: Page): string {
  const [, href = ''] = /<meta http-equiv="refresh" content="0; url=([^"]+)">/.exec(text) ?? [];
  expect(href, 'the page goes on').toMatch(/^\/sign-in\//);
  expect(text, 'and has a link for who waits').toContain(`href="${href}"`);
  return broker.baseUrl + href.replaceAll('&amp;', '&').replaceAll('&#39;', "'");
}

const selected = ({ text }: Page): string | undefined => /<option value="(\d+)" selected/.exec(text)?.[1];
const goesOnWith = ({ text }: Page): string | undefined =>
  /<button\b[^>]*\bdata-continue\b[^>]*>([^<]+)/.exec(text)?.[1]?.trim();
const hidden = ({ text }: Page, name: string): string | undefined =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1];

function expectTurnedAway(page: Page, code: string): void {
  expect(page.status).toBe(401);
  expect(page.text).toContain(code);
  expect(page.text).not.toContain('ASIA');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(recordedFor(broker, page)).toMatchObject([
    { name: 'credentials.denied', detail: { reason: code, detail: expect.any(String) as string } },
  ]);
}

describe.each(CONNECTORS)('a role that asks for a fresh sign-in with a second factor, by %s', (connector) => {
  it('S48, O23: leads from the press to the identity provider and back to the same press, with every choice', async () => {
    const browser = await priya(connector);
    const turnedAway = await press(browser, [ROLE, 'credentials'], { durationSeconds: '7200' });
    expectTurnedAway(turnedAway, 'sign_in.stronger');

    const choosing = await browser.get(wayOn(turnedAway));
    expect(choosing.text).toMatch(/name="second-factor" value="yes" checked/);
    const back = await continueAs(browser, choosing, 'priya.nair');
    const { pathname, search } = new URL(back.url);
    expect(pathname + search).toBe(`/roles/${ROLE}?purpose=credentials&durationSeconds=7200`);
    expect(goesOnWith(back)).toBe('Get credentials');
    expect(selected(back)).toBe('7200');
    expect(back.text).toContain('/js/continue.js');
    expect(back.text, 'a GET hands nothing out').not.toContain('ASIA');

    const page = await press(browser, [ROLE, 'credentials'], { durationSeconds: '7200', again: '1' });
    expect(page.status).toBe(200);
    expect(page.text).toContain('ASIA');
    expect((await lastCall(broker.awsUrl, 'AssumeRoleWithSAML')).parameters).toMatchObject({
      durationSeconds: 7_200,
      roleArn: 'arn:aws:iam::444455556666:role/Developer',
    });
  });

  it('leads back to the console’s button too, in the tab that one is in', async () => {
    const browser = await priya(connector);
    const choosing = await browser.get(wayOn(await press(browser, [ROLE, 'console'])));
    const back = await continueAs(browser, choosing, 'priya.nair');
    expect(goesOnWith(back)).toBe('Open console');
    expect(back.text).not.toContain('formtarget');
    const url = `${broker.baseUrl}/roles/${ROLE}/console`;
    const opened = await browser.send(url, { method: 'POST', form: new Map(), from: back.url });
    expect(opened.status).toBe(303);
    expect(opened.headers.get('location')).toContain('Action=login');
  });

  it('O23, S48: asks the provider in its own words, by the catalogue', async () => {
    const browser = await priya(connector);
    const { url } = await browser.get(wayOn(await press(browser, [ROLE, 'console'])));
    const asked = new URL(url).searchParams;
    if (connector === 'sandbox-saml') {
      const xml = inflateRawSync(Buffer.from(asked.get('SAMLRequest') ?? '', 'base64')).toString();
      expect(xml).toContain('ForceAuthn="true"');
      expect(xml).toMatch(new RegExp(`AuthnContextClassRef[^>]*>${MFA}<`));
    } else {
      expect(asked.get('prompt')).toBe('login');
      expect(asked.get('max_age')).toBe('0');
      expect(asked.get('acr_values')).toBe(MFA);
    }
  });

  it('S48, O23: ends at a refusal when the second factor is not vouched for, and the person stays signed in as before', async () => {
    const browser = await priya(connector);
    const choosing = await browser.get(wayOn(await press(browser, [ROLE, 'credentials'])));
    const withoutFactor = { ...choosing, text: choosing.text.replace(' checked', '') };
    const refused = await continueAs(browser, withoutFactor, 'priya.nair');
    expect(refused.status).toBe(403);
    expect(refused.text).toContain(CONTEXT_CODE[connector]);
    expect(refused.text).toContain('Priya Nair');
    expect(recordedFor(broker, refused)).toMatchObject([
      { name: 'sign-in.denied', detail: { reason: CONTEXT_CODE[connector] } },
    ]);
    expectTurnedAway(await press(browser, [ROLE, 'credentials']), 'sign_in.stronger');
  });

  it('is refused for good where the provider can never give what it asks for', async () => {
    const browser = await priya(connector);
    const turnedAway = await press(browser, ['impossible', 'credentials']);
    const refused = await continueAs(browser, await browser.get(wayOn(turnedAway)), 'priya.nair');
    expect(refused.status).toBe(403);
    expect(refused.text).toContain(CONTEXT_CODE[connector]);
    expect(refused.text).not.toContain('http-equiv="refresh"');
  });

  it('turns away a sign-in that is strong but too old, and takes a new one', async () => {
    const browser = new HttpBrowser();
    const choosing = await browser.get(`${broker.baseUrl}/sign-in/${connector}`);
    const strong = { ...choosing, text: choosing.text.replace('value="yes"', 'value="yes" checked') };
    await continueAs(browser, strong, 'priya.nair');
    expect((await press(browser, [ROLE, 'credentials'])).status, 'fresh and strong').toBe(200);

    const turnedAway = await later(16, () => press(browser, [ROLE, 'credentials']));
    expectTurnedAway(turnedAway, 'sign_in.again');
    expect(turnedAway.text).toContain('This role needs a sign-in of the last 15 minutes.');
    const back = await continueAs(browser, await browser.get(wayOn(turnedAway)), 'priya.nair');
    expect(goesOnWith(back)).toBe('Get credentials');
    expect((await press(browser, [ROLE, 'credentials'], { again: '1' })).status).toBe(200);
  });
});

describe('the choices', () => {
  it('are kept: rule, duration and session policy', async () => {
    const browser = await priya('sandbox-oidc');
    const sessionPolicy =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::a\'b&c=<d>+%41"}]}';
    const fields = { mapping: 'other-sandbox-oidc', durationSeconds: '1234', sessionPolicy };
    const turnedAway = await later(16, () => press(browser, ['fresh', 'credentials'], fields));
    const back = await continueAs(browser, await browser.get(wayOn(turnedAway)), 'priya.nair');
    expect(goesOnWith(back)).toBe('Get credentials');
    expect(hidden(back, 'mapping')).toBe('other-sandbox-oidc');
    expect(selected(back)).toBe('1234');
    const [, shown = ''] = /<textarea[^>]*>([^]*?)<\/textarea>/.exec(back.text) ?? [];
    const plain = shown
      .replaceAll('&#34;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    expect(plain).toBe(sessionPolicy);
  });

  it('do not go on by themselves without a session policy that was too long to keep', async () => {
    const browser = await priya('sandbox-oidc');
    const resources = Array.from({ length: 40 }, (_, index) => `arn:aws:s3:::bucket-number-${index}/*`);
    const sessionPolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: resources }],
    });
    const fields = { durationSeconds: '1800', sessionPolicy };
    const turnedAway = await later(16, () => press(browser, ['fresh-by-key', 'credentials'], fields));
    const back = await continueAs(browser, await browser.get(wayOn(turnedAway)), 'priya.nair');
    expect(selected(back)).toBe('1800');
    expect(goesOnWith(back)).toBeUndefined();
    expect(back.text).toContain('Your session policy was too long to come along.');
  });

  it('never hold an MFA code, so that a role with one waits for a new code', async () => {
    const browser = await priya('sandbox-oidc');
    const turnedAway = await later(16, () =>
      press(browser, ['fresh-with-code', 'credentials'], { mfaCode: '314159' }),
    );
    expectTurnedAway(turnedAway, 'sign_in.again');
    expect(turnedAway.text).not.toContain('314159');
    const back = await continueAs(browser, await browser.get(wayOn(turnedAway)), 'priya.nair');
    expect(back.text).toContain('name="mfaCode"');
    expect(back.text).not.toContain('314159');
    expect(goesOnWith(back)).toBeUndefined();
  });

  it('are only proposals: what is not possible is not chosen', async () => {
    const browser = await priya('sandbox-oidc');
    for (const query of [
      'purpose=console&durationSeconds=999999999',
      'purpose=console&durationSeconds=1e3',
      'purpose=console&durationSeconds=900&durationSeconds=1800',
      'purpose=console&durationSeconds[x]=900',
      'purpose=steal&durationSeconds=900',
      'purpose=console&purpose=console&durationSeconds=900',
    ]) {
      const page = await browser.get(`${broker.baseUrl}/roles/fresh?${query}`);
      expect(page.status, query).toBe(200);
      expect(selected(page), query).toBe('3600');
    }
  });

  it('W14: never make a refusal of a refusal, whatever stands in their place', async () => {
    const url = `${broker.baseUrl}/roles/${ROLE}/credentials`;
    const send = (browser: HttpBrowser | undefined, body: string): Promise<Response> => {
      const token = hidden(formPage, 'csrfToken') ?? '';
      const cookies = [...(browser?.cookiesOf(url) ?? [])].map(([name, value]) => `${name}=${value}`);
      return fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          cookie: cookies.join('; '),
        },
        body: `csrfToken=${token}&${body}`,
      });
    };
    const browser = await priya('sandbox-oidc');
    const formPage = await browser.get(`${broker.baseUrl}/roles/${ROLE}`);
    const odd = ['mapping=a&mapping=b', 'durationSeconds=1&durationSeconds=2', '__proto__=x&constructor=y'];
    for (const body of [...odd, 'again=1&again=1', 'sessionPolicy=&sessionPolicy=']) {
      const stranger = await send(undefined, body);
      expect([body, stranger.status]).toEqual([body, 303]);
      expect(stranger.headers.get('location')).toMatch(/^\/sign-in\?returnTo=/);
      const known = await send(browser, body);
      expect(known.status, body).toBeGreaterThanOrEqual(400);
      expect(known.status, body).toBeLessThan(500);
    }
  });

  it('survive the end of a session too', async () => {
    const browser = await priya('sandbox-oidc');
    const fields = { durationSeconds: '1800' };
    const url = `${broker.baseUrl}/roles/fresh/console`;
    const form = new Map(Object.entries(fields));
    const answer = await later(60 * 24 * 30, () => browser.send(url, { method: 'POST', form, from: url }));
    expect(answer.headers.get('location')).toBe(
      `/sign-in?${new URLSearchParams({ returnTo: '/roles/fresh?purpose=console&durationSeconds=1800' }).toString()}`,
    );
  });
});

describe('going on by itself', () => {
  const kept = `/roles/fresh?purpose=credentials&durationSeconds=1800`;

  it('W01: is nothing that a link can do: it fills the form in, and waits', async () => {
    const browser = await priya('sandbox-oidc');
    const page = await browser.get(broker.baseUrl + kept);
    expect(selected(page)).toBe('1800');
    expect(goesOnWith(page)).toBeUndefined();
    expect(page.text).not.toContain('continue.js');
    // Nor by way of a sign-in that somebody else's link starts.
    const link = `${broker.baseUrl}/sign-in/sandbox-oidc?for=fresh&returnTo=${encodeURIComponent(kept)}`;
    const back = await continueAs(browser, await browser.get(link), 'priya.nair');
    expect(back.url).toBe(broker.baseUrl + kept);
    expect(goesOnWith(back)).toBeUndefined();
  });

  it('W01: is for the very press, once', async () => {
    const browser = await priya('sandbox-oidc');
    const turnedAway = await later(16, () =>
      press(browser, ['fresh', 'credentials'], { durationSeconds: '1800' }),
    );
    const way = wayOn(turnedAway);
    const other = await browser.get(`${broker.baseUrl}/roles/fresh?purpose=console&durationSeconds=1800`);
    expect(goesOnWith(other), 'another press').toBeUndefined();
    const back = await continueAs(browser, await browser.get(way), 'priya.nair');
    expect(goesOnWith(back), 'the mark was used up').toBeUndefined();
  });

  it('is for the same person, not for whoever signs in instead', async () => {
    const browser = await priya('sandbox-oidc');
    const turnedAway = await press(browser, [ROLE, 'credentials']);
    const someoneElse = await continueAs(browser, await browser.get(wayOn(turnedAway)), 'erin.engel');
    expect(someoneElse.status).toBe(404);
    expect(someoneElse.text).toContain('role.not_found');
  });

  it('never goes round in circles: what is turned away right after a sign-in ends at a refusal', async () => {
    const browser = await priya('sandbox-oidc');
    const refused = await later(16, () => press(browser, ['fresh', 'credentials'], { again: '1' }));
    expectTurnedAway(refused, 'sign_in.again');
    expect(refused.text).toContain('Signing in again was not enough');
    expect(refused.text).not.toContain('http-equiv="refresh"');
    expect(refused.text).toContain('href="/roles/fresh"');
  });

  it('W04: is marked by a cookie that holds nothing to read and does not outlive a sign-in', async () => {
    const browser = await priya('sandbox-oidc');
    const page = await press(browser, [ROLE, 'console']);
    expect(page.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^daypass-click=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
  });
});

describe('what an address says a sign-in is for', () => {
  const demanded = async (browser: HttpBrowser, query: string): Promise<string | null> => {
    const { url } = await browser.get(`${broker.baseUrl}/sign-in/sandbox-oidc?${query}`);
    return new URL(url).searchParams.get('acr_values');
  };

  it('names a role of the person’s own; what is asked stands in the catalogue', async () => {
    const browser = await priya('sandbox-oidc');
    expect(await demanded(browser, `for=${ROLE}`)).toBe(MFA);
    expect(await demanded(browser, `for=${ROLE}&contexts=none&acr_values=weak`)).toBe(MFA);
    for (const query of ['for=no-such-role', 'for=', `for=${ROLE}&for=${ROLE}`, `for[a]=${ROLE}`, '']) {
      expect(await demanded(browser, query), query).toBeNull();
    }
  });

  it('tells nobody else that there is such a role', async () => {
    expect(await demanded(new HttpBrowser(), `for=${ROLE}`)).toBeNull();
    const erin = new HttpBrowser();
    await signIn(erin, broker, { person: 'erin.engel', connector: 'sandbox-oidc' });
    expect(await demanded(erin, `for=${ROLE}`)).toBeNull();
  });
});

describe('O22: a role that passes on the person’s own ID token, once that has expired', () => {
  it('leads to a fresh sign-in and back to the same press', async () => {
    const browser = await priya('sandbox-oidc');
    const role = OWN_TOKEN;
    const fields = { durationSeconds: '14400', mapping: 'engineering-own-token' };
    const turnedAway = await later(15, () => press(browser, [role, 'credentials'], fields));
    expect(turnedAway.status).toBe(401);
    expect(turnedAway.text).not.toContain('ASIA');
    const back = await continueAs(browser, await browser.get(wayOn(turnedAway)), 'priya.nair');
    const query = 'purpose=credentials&mapping=engineering-own-token&durationSeconds=14400';
    expect(back.url).toBe(`${broker.baseUrl}/roles/${role}?${query}`);
    expect(goesOnWith(back)).toBe('Get credentials');
    expect(selected(back)).toBe('14400');
    const page = await press(browser, [role, 'credentials'], { ...fields, again: '1' });
    expect(page.text).toContain('ASIA');
  });

  it('says which sign-in it needs to whom the same sign-in would bring no ID token either', async () => {
    const browser = await priya('sandbox-saml');
    const page = await press(browser, [OWN_TOKEN, 'credentials']);
    expect(page.status).toBe(403);
    expect(page.text).toContain('This role needs a sign-in by OpenID Connect.');
    expect(page.text).toContain('in again with a provider that speaks OpenID Connect');
    expect(page.text).not.toContain('http-equiv="refresh"');
    const { status, body } = await ApiClient.ofBrowser(browser, broker.baseUrl).credentials(OWN_TOKEN);
    expect([status, body.code]).toEqual([403, 'role.no_id_token']);
  });
});

describe('the pages of such a role', () => {
  it('say what it asks for, and whether the present sign-in will do', async () => {
    const browser = await priya('sandbox-saml');
    const list = await browser.get(`${broker.baseUrl}/?q=step-up`);
    expect(list.text).toContain('asks for a fresh, stronger sign-in (15 minutes)');
    const role = await browser.get(`${broker.baseUrl}/roles/${ROLE}`);
    expect(role.text).toMatch(/of the last 15 minutes, in this way:\s*<code class="exact">https:\/\/refeds/);
    expect(role.text).toContain('(yours is not: you will be asked to sign in, and come back)');
    const fresh = await browser.get(`${broker.baseUrl}/roles/fresh`);
    expect(fresh.text).toMatch(/of the last 15 minutes\s*<span[^>]*>\(yours is\)/);
  });
});

describe('the API', () => {
  it('S48: tells a browser’s session what is missing, and hands nothing out', async () => {
    const api = ApiClient.ofBrowser(await priya('sandbox-saml'), broker.baseUrl);
    for (const path of ['credentials', 'console-url']) {
      const { status, headers, body } = await api.post(`/api/v1/roles/${ROLE}/${path}`);
      expect(status).toBe(401);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({
        code: 'sign_in.stronger',
        title: 'This role needs a stronger sign-in than yours.',
      });
    }
    const { status, body } = await later(16, () => api.credentials('fresh'));
    expect([status, body.code, body.title]).toEqual([
      401,
      'sign_in.again',
      'This role needs a sign-in of the last 15 minutes.',
    ]);
    expect((await api.credentials('fresh')).status).toBe(200);
  });

  it('refuses an application, which nobody can ask to sign in', async () => {
    const secret = SANDBOX_SECRETS['billing-report'];
    const application = await ApiClient.ofApplication(broker.baseUrl, 'billing-report', secret);
    for (const role of ['fresh', 'impossible']) {
      const { status, headers, body } = await application.credentials(role);
      expect([status, body.code]).toEqual([403, 'role.for_people']);
      expect(headers.get('www-authenticate')).toBeNull();
    }
    expect((await application.credentials('production-readonly')).status).toBe(200);
  });
});
