/** W09, W12, W14: texts of a catalogue, an identity provider or a request, shown on pages and answered by the API. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startFakeSamlIdp, type FakeSamlIdp } from '../../support/fake-saml-idp.ts';
import { HttpBrowser, type Page } from '../../support/http-browser.ts';
import { post } from '../../support/sign-in-by-hand.ts';
import { startTestBroker, type AccessFile, type TestBroker } from '../../support/start-test-broker.ts';
import { ask, cookieOf } from './signed-in.ts';

const PAYLOADS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '" onmouseover="alert(1)',
  "' autofocus onfocus='alert(1)",
  'javascript:alert(1)//<a>',
  '<a href="javascript:alert(1)">x</a>',
  '<style>@import "//evil.example"</style>',
  '<base href="//evil.example/">',
  '<meta http-equiv="refresh" content="0;url=//evil.example">',
  '<%= process.env %><b>',
  '${7*7}<b>',
  '{{constructor.constructor("alert(1)")()}}<b>',
  '<!--<b>',
  ']]><b>',
  '&lt;b&gt;<b>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '=cmd|"/c calc"!A1<b>',
  '<iframe srcdoc="<script>alert(1)</script>">',
] as const;

let broker: TestBroker;
let idp: FakeSamlIdp;

function hostileAccess(access: AccessFile): AccessFile {
  const [sandbox] = access.connectors ?? [];
  const hostile = {
    kind: 'saml' as const,
    id: 'hostile',
    label: PAYLOADS[1],
    entityId: idp.entityId,
    ssoUrl: idp.ssoUrl,
    certificates: [idp.key().certificate],
  };
  const account = { id: '999988887777', name: PAYLOADS[0], environment: PAYLOADS[4] };
  const roles = PAYLOADS.map((label, index) => ({
    id: `hostile-${index}`,
    accountId: account.id,
    roleName: 'Hostile',
    label,
    description: `about ${label}`,
    grant: { method: 'assume-role-with-saml' as const, samlProviderName: 'daypass' },
  }));
  const mappings = PAYLOADS.map((group, index) => ({
    id: `hostile-${index}`,
    connector: 'hostile',
    groups: [group],
    roles: { ids: [`hostile-${index}`] },
    note: group,
  }));
  return {
    ...access,
    connectors: [...(sandbox === undefined ? [] : [sandbox]), hostile, ...(access.connectors ?? []).slice(1)],
    accounts: [...(access.accounts ?? []), account],
    roles: [...(access.roles ?? []), ...(roles as NonNullable<AccessFile['roles']>)],
    mappings: [...(access.mappings ?? []), ...mappings],
  };
}

beforeAll(async () => {
  idp = await startFakeSamlIdp();
  broker = await startTestBroker({ access: hostileAccess });
});
afterAll(() => Promise.all([broker.close(), idp.close()]));
afterEach(() => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function attributes(all: readonly (readonly [name: string, values: readonly string[]])[]): string {
  const one = ([name, values]: readonly [string, readonly string[]]): string =>
    `<saml:Attribute Name="${xml(name)}">${values.map((value) => `<saml:AttributeValue>${xml(value)}</saml:AttributeValue>`).join('')}</saml:Attribute>`;
  return `<saml:AttributeStatement>${all.map(one).join('')}</saml:AttributeStatement>`;
}

/** Signs in as whoever the provider says, and shows the page after. */
async function signInWith(attributesXml: string): Promise<{ browser: HttpBrowser; page: Page }> {
  const browser = new HttpBrowser();
  const left = await browser.send(`${broker.baseUrl}/sign-in/hostile`);
  const answer = idp.answer(new URL(left.headers.get('location') ?? ''), { attributesXml });
  const url = `${broker.baseUrl}/saml/hostile/acs`;
  const arrived = await post(browser, { url, from: url, ...answer });
  expect(arrived.status).toBe(303);
  return { browser, page: await browser.get(broker.baseUrl) };
}

/** What every page of ours consists of; nothing that somebody wrote adds a tag, an attribute or an address. */
function expectHarmless(text: string): void {
  const tags = text.match(/<[a-z!][^>]*>/gi) ?? [];
  expect(tags.length).toBeGreaterThan(10);
  for (const tag of tags) {
    expect(tag).not.toMatch(/^<(?:iframe|base|style|math|mtext|mglyph|object|embed|svg|b|!--)\b/i);
    const bare = tag.replace(/"[^"]*"/g, '""');
    expect(bare).not.toMatch(/\son[a-z]+\s*=|\sstyle=|\ssrcdoc=/i);
    if (tag.startsWith('<script'))
      expect(tag).toMatch(/^<script type="module" src="\/public\/[0-9a-f]+\/js\/[a-z-]+\.js">$/);
    expect(tag).not.toMatch(/(?:href|src|action)="\s*(?:javascript|data|vbscript):/i);
    if (/^<meta\s+http-equiv/i.test(tag)) expect(tag).toMatch(/url=\/sign-in\//);
  }
}

describe('W09: markup in a name', () => {
  it('of a person, their groups, roles, accounts and connectors is shown as it is written', async () => {
    const { browser, page } = await signInWith(
      attributes([
        ['groups', PAYLOADS],
        ['displayName', [PAYLOADS[0]]],
        ['email', [PAYLOADS[1]]],
      ]),
    );
    const role = await browser.get(`${broker.baseUrl}/roles/hostile-3`);
    const others = await Promise.all(
      ['/sign-in', '/sessions', '/roles/nope', '/roles/hostile-0?mapping=hostile-0', '/nothing'].map((path) =>
        browser.get(broker.baseUrl + path),
      ),
    );
    for (const { text } of [page, role, ...others]) expectHarmless(text);
    for (const payload of PAYLOADS) {
      const shown = payload
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&#34;')
        .replaceAll("'", '&#39;');
      expect(page.text).toContain(shown);
    }
  });

  it('is not read as a page by who asks the API', async () => {
    const { browser } = await signInWith(attributes([['groups', PAYLOADS]]));
    for (const path of ['/api/v1/me', '/api/v1/roles']) {
      const answer = await ask(broker, path, { headers: { cookie: cookieOf(browser, broker) } });
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.text).toContain('alert(1)');
    }
  });

  it('of a search, a path or a parameter is shown as it is written', async () => {
    const { browser } = await signInWith(attributes([['groups', PAYLOADS]]));
    for (const payload of PAYLOADS) {
      const text = encodeURIComponent(payload);
      for (const path of [
        `/?q=${text}`,
        `/roles/${text}`,
        `/roles/hostile-0?mapping=${text}`,
        `/sign-in/${text}`,
        `/sign-in?returnTo=/${text}`,
        `/${text}`,
        `/oidc/${text}/callback`,
        `/sign-in/hostile?for=${text}`,
      ]) {
        const page = await browser.send(broker.baseUrl + path);
        expect(page.status).toBeLessThan(500);
        if (page.text.includes('<html')) expectHarmless(page.text);
      }
    }
  });
});

describe('W12: names that objects have by themselves', () => {
  const NAMES = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'polluted',
    '__proto__[polluted]',
    'constructor.prototype.polluted',
  ];

  it('as attributes and groups of a person are nothing but names', async () => {
    const { browser } = await signInWith(
      attributes([['groups', NAMES], ...NAMES.map((name) => [name, ['polluted']] as const)]),
    );
    const me = await ask(broker, '/api/v1/me', { headers: { cookie: cookieOf(browser, broker) } });
    const body = JSON.parse(me.text) as { groups: string[]; kind: string };
    expect([me.status, body.kind, body.groups]).toEqual([200, 'user', NAMES]);
    const roles = await ask(broker, '/api/v1/roles', { headers: { cookie: cookieOf(browser, broker) } });
    expect(JSON.parse(roles.text)).toEqual({ roles: [] });
  });

  it.each(NAMES)('name no role, connector or session: %s', async (name) => {
    const { browser } = await signInWith(attributes([['groups', PAYLOADS]]));
    const text = encodeURIComponent(name);
    for (const path of [
      `/roles/${text}`,
      `/sign-in/${text}`,
      `/saml/${text}/metadata`,
      `/oidc/${text}/callback`,
      `/${text}`,
    ]) {
      const page = await browser.send(broker.baseUrl + path);
      expect([path, page.status]).toEqual([path, 404]);
    }
    const api = await ask(broker, `/api/v1/roles/${text}/credentials`, {
      method: 'POST',
      headers: {
        cookie: cookieOf(browser, broker),
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
      },
      body: `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"${name}":1}`,
    });
    expect(api.status).toBe(400);
  });
});

describe('W14: a parameter that is more than one text', () => {
  it.each([
    'q=a&q=b',
    'page=1&page=2',
    'mapping=a&mapping=b',
    'returnTo=/a&returnTo=//foreign.example',
    'for=a&for=b',
    'q[]=a',
    'q[x]=y',
    'q[__proto__]=y',
  ])('in an address counts as none: %s', async (query) => {
    const { browser } = await signInWith(attributes([['groups', PAYLOADS]]));
    for (const path of ['/', '/sign-in', '/roles/hostile-1', '/sign-in/hostile']) {
      const page = await browser.send(`${broker.baseUrl}${path}?${query}`);
      expect([200, 303, 400]).toContain(page.status);
      expect(page.text).not.toMatch(/\[object Object\]|foreign/);
    }
  });
});
