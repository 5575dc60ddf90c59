/** What is handed in instead of a sign-in's own answer, and that the victim's sign-in goes on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { base64, startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import {
  codeOn,
  leave,
  openIdAnswer,
  post,
  samlAnswer,
  type SamlAnswer,
} from '../support/sign-in-by-hand.ts';
import { startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

let broker: TestBroker;
let proxy: FaultProxy;
let forger: FakeSamlIdp;
let clockOffset = 0;

function withSecondSaml(access: AccessFile): AccessFile {
  const [saml] = access.connectors ?? [];
  if (saml?.kind !== 'saml') throw new Error('the sandbox has other connectors');
  const second = { ...saml, id: 'second-saml', label: 'Second (SAML)' };
  return { ...access, connectors: [...(access.connectors ?? []), second] };
}

beforeAll(async () => {
  [proxy, forger] = await Promise.all([startFaultProxy(), startFakeSamlIdp()]);
  broker = await startTestBroker({
    identityProvidersUrl: proxy.url,
    access: withSecondSaml,
    clock: { now: () => new Date(Date.now() + clockOffset) },
  });
  proxy.port = broker.daypass.config.sandbox?.identityProvidersPort ?? 0;
});
afterAll(() => Promise.all([broker.close(), proxy.close(), forger.close()]));
beforeEach(() => {
  clockOffset = 0;
});

const ERIN = { connector: 'sandbox-saml', person: 'erin.engel' } as const;
const ERIN_OIDC = { connector: 'sandbox-oidc', person: 'erin.engel' } as const;

async function isSignedIn(browser: HttpBrowser): Promise<boolean> {
  return (await ApiClient.ofBrowser(browser, broker.baseUrl).get('/api/v1/me')).status === 200;
}

async function expectRefusal(browser: HttpBrowser, page: Page, status: number, code: string): Promise<void> {
  expect([page.status, codeOn(page)]).toEqual([status, code]);
  expect(page.headers.getSetCookie()).toEqual([]);
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.text).toContain(page.headers.get('x-request-id') ?? 'no id');
  expect(await isSignedIn(browser)).toBe(false);
  expect(recordedFor(broker, page)).toMatchObject([{ name: 'sign-in.denied', detail: { reason: code } }]);
}

describe('SAML: an answer used more than once', () => {
  it('S35: signs in once, however often it is posted at the same moment', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    const pages = await Promise.all(Array.from({ length: 10 }, () => post(browser, answer)));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    const refused = pages.filter(({ status }) => status !== 303);
    for (const page of refused) {
      expect(page.status).toBe(403);
      expect(codeOn(page)).toMatch(/^(?:saml\.replay|saml\.no_flow|sign_in\.replayed)$/);
      expect(page.headers.getSetCookie()).toEqual([]);
    }
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('S35: is refused afterwards, in the same browser and over a restart', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    expect((await post(browser, answer)).status).toBe(303);
    await browser.send(`${broker.baseUrl}/sign-out`, { method: 'POST', from: broker.baseUrl });
    await expectRefusal(browser, await post(browser, answer), 403, 'saml.no_flow');
    await broker.restart();
    await expectRefusal(browser, await post(browser, answer), 403, 'saml.no_flow');
  });

  it('S34: answers no other sign-in than the one it was made for', async () => {
    const browser = new HttpBrowser();
    const old = await samlAnswer(browser, broker, ERIN);
    const fresh = await samlAnswer(browser, broker, ERIN);
    const crossed = { ...old, RelayState: fresh.RelayState };
    await expectRefusal(browser, await post(browser, crossed), 403, 'saml.in_response_to');
    expect((await post(browser, fresh)).status).toBe(303);
  });
});

describe('SAML: an answer in the wrong place', () => {
  it('S37: is refused in another browser, and still good in its own', async () => {
    const [victim, attacker] = [new HttpBrowser(), new HttpBrowser()];
    const answer = await samlAnswer(attacker, broker, ERIN);
    await expectRefusal(victim, await post(victim, answer), 403, 'saml.no_flow');
    // Also in one that is in the middle of a sign-in of its own.
    await leave(victim, broker, { connector: 'sandbox-saml' });
    await expectRefusal(victim, await post(victim, answer), 403, 'saml.no_flow');
    expect((await post(attacker, answer)).status).toBe(303);
  });

  it('S33, S38: is refused at another connector’s address', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    const elsewhere = { ...answer, url: answer.url.replace('sandbox-saml', 'second-saml') };
    await expectRefusal(browser, await post(browser, elsewhere), 403, 'saml.no_flow');
    const other = await samlAnswer(browser, broker, { ...ERIN, connector: 'second-saml' });
    const mixed = { ...other, SAMLResponse: answer.SAMLResponse };
    await expectRefusal(browser, await post(browser, mixed), 403, 'saml.destination');
    expect((await post(browser, answer)).status).toBe(303);
  });

  it('S44: is not read from the address', async () => {
    const browser = new HttpBrowser();
    const { url, SAMLResponse, RelayState } = await samlAnswer(browser, broker, ERIN);
    const query = new URLSearchParams({ SAMLResponse, RelayState }).toString();
    const page = await browser.send(`${url}?${query}`);
    expect([page.status, page.headers.get('allow'), codeOn(page)]).toEqual([405, 'POST', 'request.method']);
    for (const path of ['/', '/sign-in', '/sign-in/sandbox-saml']) {
      await browser.send(`${broker.baseUrl}${path}?${query}`);
      expect(await isSignedIn(browser)).toBe(false);
    }
  });

  it('S42: goes nowhere that its RelayState names', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    for (const RelayState of ['https://evil.example/', '//evil.example', '', 'x'.repeat(100), '__proto__']) {
      await expectRefusal(browser, await post(browser, { ...answer, RelayState }), 403, 'saml.no_flow');
    }
    const page = await post(browser, answer);
    expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
  });
});

describe('SAML: an answer that is not the provider’s', () => {
  /** A forgery that fits the victim's sign-in in everything but the key. */
  function forge(answer: SamlAnswer, change: object = {}): SamlAnswer {
    const genuine = Buffer.from(answer.SAMLResponse, 'base64').toString('utf8');
    const find = (pattern: RegExp): string => pattern.exec(genuine)?.[1] ?? expect.fail();
    const xml = forger.answerXml(
      {
        id: find(/InResponseTo="([^"]+)"/),
        acsUrl: answer.url,
        issuer: `${broker.baseUrl}/saml/sandbox-saml/metadata`,
        relayState: answer.RelayState,
        xml: '',
      },
      { issuer: `${proxy.url}/saml/metadata`, signs: 'both', ...change },
    );
    return { ...answer, SAMLResponse: base64(xml) };
  }

  it.each([
    ['S17: signed by another key', {}, 'saml.signature_invalid'],
    ['S16: not signed', { signs: 'none' }, 'saml.signature_invalid'],
    ['S38: of another issuer', { issuer: 'https://other.example/metadata' }, 'saml.issuer'],
    [
      'S39: that tells of a failure',
      { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' },
      'saml.status',
    ],
  ])('%s is refused, and the victim’s sign-in goes on', async (_what, change, code) => {
    const victim = new HttpBrowser();
    const answer = await samlAnswer(victim, broker, ERIN);
    await expectRefusal(victim, await post(victim, forge(answer, change)), 403, code);
    expect((await post(victim, answer)).status).toBe(303);
  });

  it('S31: expired is refused', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    clockOffset = 5 * 60_000 + 65_000;
    await expectRefusal(browser, await post(browser, answer), 403, 'saml.time');
  });

  it('S31: is refused ten minutes after the visitor left', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    clockOffset = 601_000;
    await expectRefusal(browser, await post(browser, answer), 403, 'saml.no_flow');
  });

  it.each([
    ['nothing', '', 400, 'saml.malformed'],
    ['no base64', '<Response/>', 400, 'saml.malformed'],
    ['no XML', base64('hello'), 400, 'saml.malformed'],
    ['another document', base64('<html/>'), 400, 'saml.malformed'],
    [
      'a document type',
      base64('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
      403,
      'saml.forbidden_markup',
    ],
    ['deep nesting', base64(`${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`), 400, 'saml.too_complex'],
    ['300 kB', base64(`<a>${'x'.repeat(290_000)}</a>`), 413, 'saml.too_large'],
  ])('S36: junk with the victim’s RelayState ends nothing: %s', async (_what, SAMLResponse, status, code) => {
    const victim = new HttpBrowser();
    const answer = await samlAnswer(victim, broker, ERIN);
    const page = await post(victim, { ...answer, SAMLResponse });
    expect(page.status).toBe(status);
    expect(codeOn(page)).toBe(code);
    expect((await post(victim, answer)).status).toBe(303);
    expect(await isSignedIn(victim)).toBe(true);
  });

  it('S29: a megabyte is refused before it is read', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    const page = await post(browser, { ...answer, SAMLResponse: 'A'.repeat(1_048_576) });
    expect([page.status, codeOn(page)]).toEqual([413, 'request.too_large']);
    expect((await post(browser, answer)).status).toBe(303);
  });

  it('W14: a message that comes twice is refused', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    const one = new URLSearchParams({ SAMLResponse: answer.SAMLResponse }).toString();
    const cookie = [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(answer.url, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-site' },
      body: `${one}&${one}&RelayState=${answer.RelayState}`,
      redirect: 'manual',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/<code>saml\.(?:malformed|encoding)<\/code>/);
    expect((await post(browser, answer)).status).toBe(303);
  });
});

describe('OpenID: a callback that is not the one that was waited for', () => {
  const tokenRequests = (): number => proxy.paths.filter((path) => path === '/oidc/token').length;

  it.each([
    ['a wrong state', (url: URL) => url.searchParams.set('state', 'A'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['an empty state', (url: URL) => url.searchParams.set('state', '')],
    ['two states', (url: URL) => url.searchParams.append('state', 'x')],
    ['a state of the object’s', (url: URL) => url.searchParams.set('state', '__proto__')],
  ])('O01: with %s is refused, and no code is sent anywhere', async (_what, change) => {
    const browser = new HttpBrowser();
    const genuine = await openIdAnswer(browser, broker, ERIN_OIDC);
    const url = new URL(genuine);
    change(url);
    const before = tokenRequests();
    await expectRefusal(browser, await browser.send(url.href), 403, 'oidc.no_flow');
    expect(tokenRequests()).toBe(before);
    expect((await browser.send(genuine)).status).toBe(303);
  });

  it('O01: is refused in another browser, and still good in its own', async () => {
    const [victim, attacker] = [new HttpBrowser(), new HttpBrowser()];
    const genuine = await openIdAnswer(attacker, broker, ERIN_OIDC);
    const before = tokenRequests();
    await expectRefusal(victim, await victim.send(genuine), 403, 'oidc.no_flow');
    expect(tokenRequests()).toBe(before);
    expect((await attacker.send(genuine)).status).toBe(303);
  });

  it('O15: signs in once, however often it comes at the same moment', async () => {
    const browser = new HttpBrowser();
    const genuine = await openIdAnswer(browser, broker, ERIN_OIDC);
    const pages = await Promise.all(Array.from({ length: 10 }, () => browser.send(genuine)));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    for (const page of pages.filter(({ status }) => status !== 303)) {
      expect(page.status).toBe(403);
      expect(codeOn(page)).toMatch(/^(?:oidc\.no_flow|oidc\.refused|sign_in\.replayed)$/);
    }
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('O15: is refused afterwards', async () => {
    const browser = new HttpBrowser();
    const genuine = await openIdAnswer(browser, broker, ERIN_OIDC);
    expect((await browser.send(genuine)).status).toBe(303);
    await browser.send(`${broker.baseUrl}/sign-out`, { method: 'POST', from: broker.baseUrl });
    await expectRefusal(browser, await browser.send(genuine), 403, 'oidc.no_flow');
  });

  it.each([
    ['O15: a code of somebody’s', (url: URL) => url.searchParams.set('code', 'stolen'), 403, 'oidc.refused'],
    ['O15: no code', (url: URL) => url.searchParams.delete('code'), 403, 'oidc.refused'],
    ['O15: two codes', (url: URL) => url.searchParams.append('code', 'x'), 403, 'oidc.no_flow'],
    [
      'O15: a code of 8 kB',
      (url: URL) => url.searchParams.set('code', 'x'.repeat(8_192)),
      403,
      'oidc.refused',
    ],
    [
      'O15: a code and an error',
      (url: URL) => url.searchParams.set('error', 'server_error'),
      403,
      'oidc.refused',
    ],
    [
      'O03: another issuer',
      (url: URL) => url.searchParams.set('iss', 'https://evil.example'),
      403,
      'oidc.issuer',
    ],
  ])('%s is refused', async (_what, change, status, code) => {
    const browser = new HttpBrowser();
    const url = new URL(await openIdAnswer(browser, broker, ERIN_OIDC));
    change(url);
    const page = await browser.send(url.href);
    expect([page.status, codeOn(page)]).toEqual([status, code]);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('O01: by POST is refused', async () => {
    const browser = new HttpBrowser();
    const url = await openIdAnswer(browser, broker, ERIN_OIDC);
    const page = await browser.send(url, { method: 'POST', from: proxy.url });
    expect([page.status, codeOn(page)]).toEqual([405, 'request.method']);
  });

  it('O08: whose token was issued long ago by our clock is refused', async () => {
    const browser = new HttpBrowser();
    const genuine = await openIdAnswer(browser, broker, ERIN_OIDC);
    clockOffset = 599_000;
    await expectRefusal(browser, await browser.send(genuine), 403, 'oidc.time');
  });
});
