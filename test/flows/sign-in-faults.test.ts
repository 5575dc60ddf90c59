/** Identity providers that are down, and browsers that leave their cookies at home. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { startFaultProxy, type Fault, type FaultProxy } from '../support/fault-proxy.ts';
import { formsOf, HttpBrowser, type Page } from '../support/http-browser.ts';
import { codeOn, openIdAnswer, post, samlAnswer } from '../support/sign-in-by-hand.ts';
import { signIn, startTestBroker, type ConnectorId, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

const ERIN = { connector: 'sandbox-saml', person: 'erin.engel' } as const;

describe('G10: an identity provider that fails', () => {
  let broker: TestBroker;
  let proxy: FaultProxy;

  beforeAll(async () => {
    proxy = await startFaultProxy();
    broker = await startTestBroker({ identityProvidersUrl: proxy.url });
    proxy.port = broker.daypass.config.sandbox?.identityProvidersPort ?? 0;
  });
  afterAll(() => Promise.all([broker.close(), proxy.close()]));
  afterEach(() => {
    proxy.fault = () => 'pass';
  });

  async function timed(work: () => Promise<Page>): Promise<{ page: Page; seconds: number }> {
    const started = performance.now();
    const page = await work();
    return { page, seconds: (performance.now() - started) / 1_000 };
  }

  const FAULTS: readonly (readonly [string, Fault, number, string])[] = [
    ['breaks off', 'reset', 502, 'idp.unavailable'],
    ['answers with a page of its proxy', { status: 200, body: '<html>Hello</html>' }, 502, 'idp.unavailable'],
    ['answers 500', { status: 500, body: 'Traceback: secret internals' }, 502, 'idp.unavailable'],
    ['answers with two megabytes', { status: 200, body: ' '.repeat(2_097_152) }, 502, 'idp.unavailable'],
    ['does not answer', 'hang', 504, 'idp.timeout'],
  ];

  // Before any sign-in has worked: nothing is remembered of the provider yet.
  it.each(FAULTS)(
    'O21: that %s is said within ten seconds, by both kinds',
    async (_what, fault, status, code) => {
      proxy.fault = () => fault;
      await Promise.all(
        (['sandbox-saml', 'sandbox-oidc'] as const).map(async (connector) => {
          const { page, seconds } = await timed(() =>
            new HttpBrowser().get(`${broker.baseUrl}/sign-in/${connector}`),
          );
          expect([page.status, codeOn(page)]).toEqual([status, code]);
          expect(seconds).toBeLessThan(10);
          expect(page.text).toContain('href="/sign-in"');
          expect(page.text).not.toContain('secret internals');
          expect(page.text).toContain(page.headers.get('x-request-id') ?? 'no id');
        }),
      );
    },
  );

  it('O21: heals without a restart', async () => {
    for (const connector of ['sandbox-saml', 'sandbox-oidc'] as const) {
      const page = await signIn(new HttpBrowser(), broker, { ...ERIN, connector });
      expect([page.status, new URL(page.url).pathname]).toEqual([200, '/']);
    }
  });

  it.each(FAULTS)('O21: whose token endpoint %s signs nobody in', async (_what, fault, status, code) => {
    const browser = new HttpBrowser();
    const callback = await openIdAnswer(browser, broker, { ...ERIN, connector: 'sandbox-oidc' });
    proxy.fault = (path) => (path === '/oidc/token' ? fault : 'pass');
    const { page, seconds } = await timed(() => browser.send(callback));
    expect([page.status, codeOn(page)]).toEqual([status, code]);
    expect(seconds).toBeLessThan(10);
    expect(page.headers.getSetCookie()).toEqual([]);
    expect(recordedFor(broker, page)).toMatchObject([{ name: 'sign-in.denied', detail: { reason: code } }]);
    proxy.fault = () => 'pass';
    const again = await openIdAnswer(browser, broker, { ...ERIN, connector: 'sandbox-oidc' });
    expect((await browser.send(again)).status).toBe(303);
  });

  it('leaves those who are signed in alone, and SAML sign-ins that are under way', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, ERIN);
    const other = new HttpBrowser();
    const answer = await samlAnswer(other, broker, ERIN);
    proxy.fault = () => 'reset';
    const client = ApiClient.ofBrowser(browser, broker.baseUrl);
    expect((await client.credentials('development-readonly')).status).toBe(200);
    expect((await browser.get(broker.baseUrl)).text).toContain('Your roles');
    expect((await post(other, answer)).status).toBe(303);
  });
});

describe('identity providers on another site', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await startTestBroker({ identityProvidersHost: '127.0.0.1' });
  });
  afterAll(() => broker.close());

  it.each(['sandbox-saml', 'sandbox-oidc'] as const)(
    'sign people in and back: %s',
    async (connector: ConnectorId) => {
      const page = await signIn(new HttpBrowser(), broker, {
        ...ERIN,
        connector,
        returnTo: '/roles/development-readonly',
      });
      expect([page.status, page.url]).toEqual([200, `${broker.baseUrl}/roles/development-readonly`]);
    },
  );

  it('post an answer that a page of ours sends once more, so that the flow cookie comes along', async () => {
    const browser = new HttpBrowser();
    const answer = await samlAnswer(browser, broker, ERIN);
    const resubmit = await post(browser, answer);
    expect(resubmit.status).toBe(200);
    expect(resubmit.headers.getSetCookie()).toEqual([]);
    expect(resubmit.headers.get('cache-control')).toBe('no-store');
    const [form, ...others] = formsOf(resubmit);
    expect(others).toEqual([]);
    expect(form?.action).toBe('/saml/sandbox-saml/acs');
    expect(Object.fromEntries(form?.fields ?? [])).toEqual({
      SAMLResponse: answer.SAMLResponse,
      RelayState: answer.RelayState,
      resubmitted: 'yes',
    });
    const arrived = await browser.submit(resubmit, '/saml/sandbox-saml/acs');
    expect([arrived.status, arrived.url]).toEqual([200, `${broker.baseUrl}/`]);
  });

  it('S37: get nobody in whose browser has no flow cookie', async () => {
    const answer = await samlAnswer(new HttpBrowser(), broker, ERIN);
    const stranger = new HttpBrowser();
    const resubmit = await post(stranger, answer);
    const page = await stranger.submit(resubmit, '/saml/sandbox-saml/acs');
    expect([page.status, codeOn(page)]).toEqual([403, 'saml.no_flow']);
    expect(stranger.cookiesOf(broker.baseUrl).size).toBe(0);
  });

  it('W09: get no markup of theirs onto that page', async () => {
    const answer = await samlAnswer(new HttpBrowser(), broker, ERIN);
    const evil = '"></form><script>alert(1)</script><form action="https://evil.example">';
    const page = await post(new HttpBrowser(), { ...answer, SAMLResponse: evil, RelayState: evil });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('<script>alert');
    expect(formsOf(page).map(({ action }) => action)).toEqual(['/saml/sandbox-saml/acs']);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/);
  });
});
