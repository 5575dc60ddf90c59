/** A person makes a token on our pages, sees it once, uses it, and ends it; and reads what the API is. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { launchChromium } from '../support/chromium.ts';
import { look } from '../support/look.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { signInAs, Visitor } from '../support/visitor.ts';

let browser: Browser;
let broker: TestBroker;

beforeAll(async () => {
  [browser, broker] = await Promise.all([launchChromium(), startTestBroker()]);
});
afterAll(async () => {
  await browser.close();
  await broker.close();
});

it.each([
  [1280, 'light'],
  [360, 'dark'],
] as const)('makes a token, uses it and ends it, at %i px, %s', async (width, colorScheme) => {
  const visitor = await Visitor.arrive(browser, { viewport: { width, height: 800 }, colorScheme });
  const { page } = visitor;
  await signInAs(page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-oidc' });
  await page.goto(`${broker.baseUrl}/tokens/new`);
  await look(page, /./, 'new-token');
  await page.getByLabel('What is it for?').fill('Nightly report');
  await page.getByLabel('Only these').check();
  await page.getByRole('checkbox').first().check();
  await page.getByRole('button', { name: 'Make the token' }).click();
  await page.getByRole('heading', { level: 1, name: 'Your new token' }).waitFor();
  await look(page, /./, 'token');
  const token = (await page.locator('#text-token').textContent()) ?? '';
  const client = new ApiClient(broker.baseUrl, { authorization: `Bearer ${token}` });
  const listed = await client.get<{ roles: readonly unknown[] }>('/api/v1/roles');
  expect([listed.status, listed.body.roles.length]).toEqual([200, 1]);
  await page.goto(`${broker.baseUrl}/sessions`);
  await look(page, /./, 'sessions');
  await page.getByRole('button', { name: /^End token/ }).click();
  await page.getByText('The AWS CLI needs no token').waitFor();
  expect((await client.get('/api/v1/me')).status).toBe(401);
  await page.goto(`${broker.baseUrl}/api#error-token.role`);
  await page.getByRole('heading', { level: 1, name: 'The API' }).waitFor();
  expect(await page.locator('[id="error-token.role"]').count()).toBe(1);
  await look(page, /./, 'api');
  await visitor.leave();
});
