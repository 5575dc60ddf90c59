/** W01, W02: what another site, or a script that has no page of ours, cannot do in a person's name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formsOf, type HttpBrowser, type Page } from '../../support/http-browser.ts';
import { journal } from '../../support/sandbox-aws.ts';
import { startTestBroker, type TestBroker } from '../../support/start-test-broker.ts';
import { ask, cookieOf, signedInBrowser, type Seen } from './signed-in.ts';

const ROLE = '/roles/development-developer';
const CHANGING = [
  '/sign-out',
  '/sessions/end-others',
  '/sessions/x/end',
  `${ROLE}/console`,
  `${ROLE}/credentials`,
  '/v1/authorize',
  '/v1/sessions/confirmation',
];
/** Every page of a signed-in person that can be opened by its address, refusals included. */
const PAGES = [
  '/',
  '/?q=dev',
  ROLE,
  '/roles/tools-session',
  '/roles/no-such-role',
  '/nothing',
  '/signed-out',
  '/sessions',
];

let broker: TestBroker;
let erin: HttpBrowser;
let cookie: string;
let token: string;
let othersToken: string;

beforeAll(async () => {
  broker = await startTestBroker();
  erin = await signedInBrowser(broker);
  cookie = cookieOf(erin, broker);
  token = await tokenOn(erin);
  othersToken = await tokenOn(await signedInBrowser(broker, 'carlos.ortiz'));
});
afterAll(() => broker.close());

function postForms(page: Page): ReturnType<typeof formsOf> {
  const methods = [...page.text.matchAll(/<form\b[^>]*>/g)].map(([tag]) => /method="post"/i.test(tag));
  return formsOf(page).filter((_form, index) => methods[index]);
}

async function tokenOn(browser: HttpBrowser): Promise<string> {
  const [form] = postForms(await browser.get(broker.baseUrl));
  return form?.fields.get('csrfToken') ?? '';
}

const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  body: new URLSearchParams(fields),
});
const body = (type: string, text: string): RequestInit => ({ body: text, headers: { 'content-type': type } });

function post(path: string, init: RequestInit, site: Readonly<Record<string, string>>): Promise<Seen> {
  const headers = { ...(init.headers as Record<string, string> | undefined), ...site, cookie };
  return ask(broker, path, { method: 'POST', ...init, headers });
}

const OWN_PAGE = { 'sec-fetch-site': 'same-origin' };

async function expectNothingDone(before: number): Promise<void> {
  expect((await journal(broker.awsUrl)).length).toBe(before);
  expect((await ask(broker, '/api/v1/me', { headers: { cookie } })).status).toBe(200);
}

describe('W01: the token of a form', () => {
  it('is on every form that changes something, on every page', async () => {
    const pages = await Promise.all(PAGES.map((path) => erin.get(broker.baseUrl + path)));
    pages.push(await erin.submit(await erin.get(broker.baseUrl + ROLE), `${ROLE}/credentials`));
    for (const page of pages) {
      const forms = postForms(page);
      expect(forms.length, page.url).toBeGreaterThan(0);
      for (const { fields } of forms) expect(fields.get('csrfToken'), page.url).toBe(token);
    }
    expect(pages.at(-1)?.status).toBe(200);
  });

  it('stands for one session: it is neither its cookie nor another session’s', async () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(othersToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(cookie).not.toContain(token);
    expect(othersToken).not.toBe(token);
    expect(await tokenOn(await signedInBrowser(broker))).not.toBe(token);
  });

  it('is on no page of somebody who is not signed in', async () => {
    for (const path of ['/sign-in', '/signed-out', '/nothing']) {
      expect((await ask(broker, path)).text).not.toContain('csrfToken');
    }
  });

  const WITHOUT: readonly (readonly [string, () => RequestInit])[] = [
    ['no body', () => ({})],
    ['an empty form', () => form({})],
    ['an empty token', () => form({ csrfToken: '' })],
    ['another session’s token', () => form({ csrfToken: othersToken })],
    ['a token with its last letter changed', () => form({ csrfToken: `${token.slice(0, -1)}!` })],
    ['half a token', () => form({ csrfToken: token.slice(0, 20) })],
    ['a longer token', () => form({ csrfToken: `${token}A` })],
    ['the session’s cookie as token', () => form({ csrfToken: cookie.split('=')[1] ?? '' })],
    [
      'the token under another name',
      () => form({ CSRFTOKEN: token, 'csrfToken[]': token, csrf_token: token }),
    ],
    ['the token in a header', () => ({ headers: { 'x-csrf-token': token } })],
    ['JSON', () => body('application/json', JSON.stringify({ csrfToken: token }))],
    ['JSON as plain text', () => body('text/plain', JSON.stringify({ csrfToken: token }))],
    ['a form as plain text', () => body('text/plain', `csrfToken=${token}`)],
    ['bytes of no type', () => body('', `csrfToken=${token}`)],
    [
      'a form in parts',
      () => {
        const parts = new FormData();
        parts.set('csrfToken', token);
        return { body: parts };
      },
    ],
    [
      'a prototype that has it',
      () => form({ '__proto__[csrfToken]': token, 'constructor[csrfToken]': token }),
    ],
  ];

  describe.each(CHANGING)('%s', (path) => {
    it.each(WITHOUT)('is refused with %s', async (_what, init) => {
      const before = (await journal(broker.awsUrl)).length;
      const answer = await post(path, init(), OWN_PAGE);
      expect([answer.status, answer.code]).toEqual([403, 'request.csrf_token']);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.text).toContain(answer.headers.get('x-request-id') ?? 'no id');
      await expectNothingDone(before);
    });

    it('is refused with a token in the address', async () => {
      const answer = await post(`${path}?csrfToken=${token}`, form({}), OWN_PAGE);
      expect([answer.status, answer.code]).toEqual([403, 'request.csrf_token']);
    });

    it('W14: is refused with the token twice', async () => {
      const answer = await post(
        path,
        body('application/x-www-form-urlencoded', `csrfToken=${token}&csrfToken=${token}`),
        OWN_PAGE,
      );
      expect([answer.status, answer.code]).toEqual([400, 'request.malformed']);
    });

    it.each([
      ['another site', { 'sec-fetch-site': 'cross-site' }],
      ['a sibling', { 'sec-fetch-site': 'same-site' }],
      ['an address that was typed in', { 'sec-fetch-site': 'none' }],
      ['a site that nobody knows', { 'sec-fetch-site': 'same-origin, cross-site' }],
      ['nowhere', {}],
      ['a foreign origin', { origin: 'https://evil.example' }],
      ['no origin', { origin: 'null' }],
      ['our host on another port', { origin: 'http://localhost:1' }],
      ['a foreign origin that says it is ours', { ...OWN_PAGE, origin: 'https://evil.example' }],
    ])('is refused from %s, even with the token', async (_where, site) => {
      const before = (await journal(broker.awsUrl)).length;
      const answer = await post(path, form({ csrfToken: token }), site);
      expect([answer.status, answer.code]).toEqual([403, 'request.cross_site']);
      await expectNothingDone(before);
    });

    it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is refused by %s', async (method) => {
      const answer = await ask(broker, path, { method, headers: { ...OWN_PAGE, cookie } });
      expect([answer.status, answer.code]).toEqual([405, 'request.method']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  it('is enough together with a page of ours: the genuine form works', async () => {
    const answer = await post(`${ROLE}/credentials`, form({ csrfToken: token }), OWN_PAGE);
    expect(answer.status).toBe(200);
    const byOrigin = await post(`${ROLE}/credentials`, form({ csrfToken: token }), {
      origin: broker.baseUrl,
    });
    expect(byOrigin.status).toBe(200);
  });

  it('is no way in for who is not signed in', async () => {
    const headers = { ...OWN_PAGE };
    const answer = await ask(broker, `${ROLE}/credentials`, {
      method: 'POST',
      headers,
      ...form({ csrfToken: token }),
    });
    expect([answer.status, answer.headers.get('location')?.split('?')[0]]).toEqual([303, '/sign-in']);
  });
});

describe('W01: the API with a browser’s session', () => {
  const CREDENTIALS = '/api/v1/roles/development-developer/credentials';

  it.each([
    ['a cross-site form', form({}), { 'sec-fetch-site': 'cross-site' }],
    ['a cross-site request without a body', {}, { 'sec-fetch-site': 'cross-site' }],
    ['JSON as plain text from another site', body('text/plain', '{}'), { 'sec-fetch-site': 'cross-site' }],
    ['JSON as plain text from nowhere', body('text/plain', '{}'), {}],
    ['JSON from a sibling', body('application/json', '{}'), { 'sec-fetch-site': 'same-site' }],
    ['JSON from a foreign origin', body('application/json', '{}'), { origin: 'https://evil.example' }],
  ])('is refused: %s', async (_what, init: RequestInit, site) => {
    for (const path of [CREDENTIALS, CREDENTIALS.replace('credentials', 'console-url')]) {
      const before = (await journal(broker.awsUrl)).length;
      const answer = await post(path, init, site);
      expect([answer.status, answer.code]).toEqual([403, 'request.cross_site']);
      await expectNothingDone(before);
    }
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'reads no %s, the types that a page may send anywhere without asking',
    async (type) => {
      const before = (await journal(broker.awsUrl)).length;
      const answer = await post(CREDENTIALS, body(type, '{}'), OWN_PAGE);
      expect([answer.status, answer.code]).toEqual([400, 'request.malformed']);
      await expectNothingDone(before);
    },
  );

  it('lets no other origin ask first', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST', cookie };
    const answer = await ask(broker, CREDENTIALS, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(405);
    for (const [name] of answer.headers) expect(name).not.toMatch(/^access-control-/);
  });
});

describe('W02: signing in and out in somebody else’s name', () => {
  it('has no way out by an address', async () => {
    const answer = await ask(broker, '/sign-out', { headers: { ...OWN_PAGE, cookie } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await ask(broker, '/api/v1/me', { headers: { cookie } })).status).toBe(200);
  });

  it('takes no answer to a sign-in that this browser did not start, signed in or not', async () => {
    const acs = await post(
      '/saml/sandbox-saml/acs',
      form({ SAMLResponse: 'PHg+', RelayState: 'x'.repeat(43) }),
      {
        'sec-fetch-site': 'cross-site',
      },
    );
    const callback = await ask(broker, '/oidc/sandbox-oidc/callback?code=x&state=y', { headers: { cookie } });
    for (const answer of [acs, callback]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect((await ask(broker, '/api/v1/me', { headers: { cookie } })).status).toBe(200);
  });
});
