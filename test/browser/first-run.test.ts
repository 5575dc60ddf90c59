/** Setting an empty installation up in a browser, at both widths, by day and by night. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { look } from '../support/look.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { pick, Visitors } from '../support/visitor.ts';

let browser: Browser;
const visitors = new Visitors();

beforeAll(async () => {
  browser = await launchChromium();
});
afterEach(async () => {
  expect(await visitors.leave(), 'in the browser’s console').toEqual([]);
});
afterAll(() => browser.close());

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const)('at $width px, $colorScheme', ({ width, colorScheme }) => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startTestBroker({ access: () => ({}) });
  });
  afterAll(() => broker.close());

  it('goes from the code to a first administrator who may use the first role', async () => {
    const { page } = await visitors.arrive(browser, { viewport: { width, height: 800 }, colorScheme });
    await page.goto(`${broker.baseUrl}/first-run`);
    await look(page, /./, 'code');
    await page.getByLabel('Code').fill(broker.daypass.firstRunCode ?? '');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: '1. Identity provider' }).waitFor();
    await look(page, /./, 'provider');
    await page.getByLabel('What people call it').fill('Example Corp');
    await page.getByLabel('OpenID Connect: fill in the others').check();
    await page.getByLabel('OpenID issuer').fill(`${broker.identityProvidersUrl}/oidc`);
    await page.getByLabel('OpenID client ID').fill('daypass');
    await page.getByLabel('OpenID client secret').selectOption('sandbox-oidc');
    await page.getByRole('button', { name: 'Save the provider' }).click();

    await page.getByText('People sign in with Example Corp').waitFor();
    await page.getByLabel('Account ID').fill('111122223333');
    await page.getByLabel('Account name').fill('Example Tools');
    await page.getByLabel('Role name in IAM').fill('Ec2Operator');
    await page.getByRole('button', { name: 'Add the role' }).click();
    await page.getByText('Ec2Operator in Example Tools').waitFor();

    await page.getByRole('link', { name: 'Sign in with Example Corp' }).click();
    await pick(page, /Alex/, broker.baseUrl);
    await page.getByText('This arrived.').waitFor();
    await look(page, /./, 'arrived');
    await page.getByLabel('Everybody in the group daypass-administrators').check();
    await page.getByRole('button', { name: 'Name the administrator' }).click();
    await page.getByRole('heading', { name: 'Your AWS roles' }).waitFor();
    await page.getByText('Ec2Operator').first().waitFor();
  });
});
