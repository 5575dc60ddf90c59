/**
 * The identity providers at 127.0.0.1 while Daypass is at localhost: another site for the browser, as real ones
 * are. On one host with other ports everything is same-site, and a missing cookie would not show.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { pick, postForm, refusal, Visitors, type Visitor } from '../support/visitor.ts';

let browser: Browser;
let broker: TestBroker;
/** Another site, as far from Daypass as the identity providers. */
let attacker: Server;
const visitors = new Visitors();

beforeAll(async () => {
  const starting = startTestBroker({ identityProvidersHost: '127.0.0.1' });
  [browser, broker] = await Promise.all([launchChromium(), starting]);
  attacker = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>You have won</title><link rel="icon" href="data:,"><body>');
  });
  await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  expect(await visitors.leave(), 'in the browser’s console').toEqual([]);
});
afterAll(async () => {
  await browser.close();
  attacker.close();
  await broker.close();
});

const url = (path: string): string => `${broker.baseUrl}${path}`;
const acs = (): string => url('/saml/sandbox-saml/acs');

interface Arrival {
  readonly site: string | undefined;
  /** Whether the cookie that binds the sign-in to this browser came along. */
  readonly isBound: boolean;
  readonly status: number | undefined;
}

/** How messages of an identity provider came back to Daypass, as this tab sent them. */
function arrivals(page: Page, address: RegExp): () => Promise<Arrival[]> {
  const seen: Request[] = [];
  page.on('request', (request) => {
    if (address.test(request.url())) seen.push(request);
  });
  return () =>
    Promise.all(
      seen.map(async (request) => {
        const headers = await request.allHeaders();
        const response = await request.response();
        return {
          site: headers['sec-fetch-site'],
          isBound: headers['cookie']?.includes('daypass-flow=') === true,
          status: response?.status(),
        };
      }),
    );
}

describe('by SAML', () => {
  it('the answer comes without the flow cookie, is sent once more by a page of ours, and then is believed', async () => {
    const { page } = await visitors.arrive(browser);
    const answers = arrivals(page, /\/acs$/);
    await page.goto(url('/roles/production-readonly'));
    await page.getByRole('link', { name: /\(SAML\)/ }).click();
    expect(new URL(page.url()).hostname).toBe('127.0.0.1');
    await pick(page, /Erin/, broker.baseUrl);
    expect(page.url()).toBe(url('/roles/production-readonly'));
    expect(await answers()).toEqual([
      { site: 'cross-site', isBound: false, status: 200 },
      { site: 'same-origin', isBound: true, status: 303 },
    ]);
  });

  it('works by pressing Continue where scripts are off', async () => {
    const { page } = await visitors.arrive(browser, { javaScriptEnabled: false });
    await page.goto(url('/sign-in/sandbox-saml'));
    await page.getByRole('button', { name: /Erin/ }).click();
    await page.getByRole('heading', { name: 'Back to the service' }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'One moment …' }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(url('/'));
  });

  it('S37: is refused in a browser that lost the flow cookie, after one resubmission and no more', async () => {
    const visitor = await visitors.arrive(browser);
    const { page } = visitor;
    const answers = arrivals(page, /\/acs$/);
    await page.goto(url('/sign-in/sandbox-saml'));
    await visitor.context.clearCookies({ name: 'daypass-flow' });
    await page.getByRole('button', { name: /Erin/ }).click();
    await page.getByRole('heading', { name: 'The sign-in did not work' }).waitFor();
    expect(await page.getByRole('main').innerText()).toContain('saml.no_flow');
    await visitor.complained(refusal(403, 'Forbidden'));
    expect((await answers()).map(({ isBound, status }) => [isBound, status])).toEqual([
      [false, 200],
      [false, 403],
    ]);
    await page.goto(url('/'));
    expect(page.url()).toBe(url('/sign-in'));
  });

  it('S37: an answer of the attacker’s own sign-in does nothing in the victim’s browser', async () => {
    const thief = await visitors.arrive(browser);
    const captured = thief.page.waitForRequest(acs());
    await thief.page.route(acs(), (route) => route.abort());
    await thief.page.goto(url('/sign-in/sandbox-saml'));
    await thief.page.getByRole('button', { name: /Carlos/ }).click();
    const body = (await captured).postData() ?? '';
    expect(body).toContain('SAMLResponse=');

    const victim = await visitors.arrive(browser);
    await victim.page.goto(url('/sign-in/sandbox-saml'));
    const lure = await lureOf(victim, postForm(acs(), body));
    await lure.getByRole('heading', { name: 'The sign-in did not work' }).waitFor();
    await victim.complained(refusal(403, 'Forbidden'));
    // And the victim's own, open all the while, goes on.
    await pick(victim.page, /Erin/, broker.baseUrl);
    expect(await victim.page.locator('.menu-label').innerText()).toBe('Erin Engel');
  });
});

describe('by OpenID Connect', () => {
  it('the answer comes by a redirect, which brings the flow cookie along', async () => {
    const { page } = await visitors.arrive(browser);
    const answers = arrivals(page, /\/callback\?/);
    await page.goto(url('/sign-in/sandbox-oidc?returnTo=/roles/production-readonly'));
    await pick(page, /Erin/, broker.baseUrl);
    expect(page.url()).toBe(url('/roles/production-readonly'));
    expect(await answers()).toEqual([{ site: 'cross-site', isBound: true, status: 303 }]);
  });

  it('is refused in a browser that lost the flow cookie', async () => {
    const visitor = await visitors.arrive(browser);
    await visitor.page.goto(url('/sign-in/sandbox-oidc'));
    await visitor.context.clearCookies({ name: 'daypass-flow' });
    await visitor.page.getByRole('button', { name: /Erin/ }).click();
    await visitor.page.getByRole('heading', { name: 'The sign-in did not work' }).waitFor();
    expect(await visitor.page.getByRole('main').innerText()).toContain('oidc.no_flow');
    await visitor.complained(refusal(403, 'Forbidden'));
  });
});

describe('a page of another site', () => {
  it.each(['/sign-out', '/roles/production-readonly/credentials', '/roles/production-readonly/console'])(
    'W01, W02: cannot post to %s in the name of somebody who is signed in',
    async (path) => {
      const visitor = await visitors.arrive(browser);
      await visitor.page.goto(url('/sign-in/sandbox-oidc'));
      await pick(visitor.page, /Erin/, broker.baseUrl);
      const lure = await lureOf(visitor, postForm(url(path), ''));
      await lure.getByText('request.cross_site').waitFor();
      await visitor.complained(refusal(403, 'Forbidden'));
      await visitor.page.reload();
      expect(await visitor.page.getByRole('heading', { level: 1 }).innerText()).toBe('Your AWS roles');
    },
  );

  it('W08: cannot show Daypass in a frame', async () => {
    const lure = await lureOf(await visitors.arrive(browser), '');
    const frame = `Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(url('/sign-in'))} })`;
    const [failed] = await Promise.all([
      lure.waitForEvent('requestfailed'),
      lure.evaluate(`document.body.append(${frame})`),
    ]);
    expect(failed.url()).toBe(url('/sign-in'));
    expect(failed.failure()?.errorText).toBe('net::ERR_BLOCKED_BY_RESPONSE');
  });
});

/** A new tab with an attacker's page in it, which runs a program. */
async function lureOf(visitor: Visitor, program: string): Promise<Page> {
  const page = await visitor.context.newPage();
  const { port } = attacker.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.evaluate(program);
  return page;
}
