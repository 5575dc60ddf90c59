/** `aws login` at a real browser, with a client that listens as the AWS CLI does. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { AwsLoginClient } from '../support/aws-login-client.ts';
import { launchChromium } from '../support/chromium.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { signInAs, Visitors } from '../support/visitor.ts';

let browser: Browser;
let broker: TestBroker;
let listener: Server;
let redirectUri: string;
const visitors = new Visitors();

beforeAll(async () => {
  [browser, broker] = await Promise.all([launchChromium(), startTestBroker()]);
  listener = createServer((_request, response) => response.end('You may close this window.'));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  redirectUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/oauth/callback`;
});
afterEach(async () => {
  expect(await visitors.leave(), 'in the browser’s console').toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await broker.close();
  listener.closeAllConnections();
  listener.close();
});

async function erin(options = {}): Promise<Page> {
  const { page } = await visitors.arrive(browser, options);
  await signInAs(page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-oidc' });
  return page;
}

/** The client's listener is gone when there is a picture to it; it answers with no icon. */
const answered = (page: Page): Promise<void> => page.waitForURL((url) => url.href.startsWith(redirectUri));

it.each([true, false])(
  'a press leads to the client, past every policy of the page; scripts: %s',
  async (scripts) => {
    const page = await erin({ javaScriptEnabled: scripts });
    const client = new AwsLoginClient(broker);
    await page.goto(client.authorizeUrl({ redirect_uri: redirectUri }));
    await page.getByRole('button', { name: 'Use Developer in Example Development' }).click();
    await answered(page);
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('state')).toBe(client.state);
    const { status } = await client.redeem(searchParams.get('code') ?? '', { redirectUri });
    expect(status).toBe(200);
  },
);

it('“Give nothing” tells the client', async () => {
  const page = await erin();
  await page.goto(new AwsLoginClient(broker).authorizeUrl({ redirect_uri: redirectUri }));
  await page.getByRole('button', { name: 'Give nothing' }).click();
  await answered(page);
  expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
});

it('D01: for another device the browser itself asks for the word that it was started here', async () => {
  const page = await erin();
  await page.goto(new AwsLoginClient(broker, { onOtherDevice: true }).authorizeUrl());
  const use = page.getByRole('button', { name: 'Use Developer in Example Development' });
  await use.click();
  expect(await page.getByLabel('I started this myself').evaluate((box) => box.matches(':invalid'))).toBe(
    true,
  );
  await page.getByLabel('I started this myself').check();
  await use.click();
  await page.getByRole('heading', { name: 'Your code for the AWS CLI' }).waitFor();
  await page.getByRole('button', { name: 'Copy the code' }).click();
  await page.getByText('Copied', { exact: true }).first().waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(Buffer.from(copied, 'base64').toString()).toMatch(/^state=[\w-]+&code=[0-9a-f]{64}$/);
});
