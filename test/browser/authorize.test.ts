/** The answer that a person gives in a real browser reaches the client that waits on their machine. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { challengeOf, codeGrant, IdentityCenterClient } from '../support/identity-center-client.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { signInAs, Visitors } from '../support/visitor.ts';

let browser: Browser;
let broker: TestBroker;
let waiting: Server;
let redirectUri: string;
const visitors = new Visitors();
const VERIFIER = 'v'.repeat(64);

beforeAll(async () => {
  [browser, broker] = await Promise.all([launchChromium(), startTestBroker()]);
  waiting = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<title>Back</title>You can close this.');
  });
  await new Promise<void>((resolve) => waiting.listen(0, '127.0.0.1', resolve));
  redirectUri = `http://127.0.0.1:${(waiting.address() as AddressInfo).port}/oauth/callback`;
});
afterEach(async () => {
  expect(await visitors.leave(), 'in the browser’s console').toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await broker.close();
  await new Promise((resolve) => waiting.close(resolve));
});

it.each([
  ['with scripts', true],
  ['without scripts', false],
])('%s, a yes and a no both arrive', async (_name, javaScriptEnabled) => {
  const { page } = await visitors.arrive(browser, { javaScriptEnabled });
  await signInAs(page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-oidc' });
  const client = await IdentityCenterClient.register(broker.baseUrl);
  const url = client.authorizeUrl(challengeOf(VERIFIER), { redirect_uri: redirectUri });
  await page.goto(url);
  await page.getByRole('button', { name: 'Yes, let it in' }).click();
  await page.waitForURL(`${redirectUri}?*`);
  const code = new URL(page.url()).searchParams.get('code') ?? '';
  expect((await client.token({ ...codeGrant(code, VERIFIER), redirectUri })).status).toBe(200);
  await page.goto(url);
  await page.getByRole('button', { name: 'No, refuse' }).click();
  await page.waitForURL(`${redirectUri}?error=access_denied*`);
});
