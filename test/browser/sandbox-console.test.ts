/** The sandbox's sign-in and console in a real browser: choosing a role, changing accounts, signing out. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import {
  DEVELOPMENT_DEVELOPER,
  DEVELOPMENT_READER,
  offering,
  PRODUCTION_READER,
  signinToken,
  startSandboxWithPages,
} from '../support/console-browser.ts';
import { faintTexts, namelessControls, overflowing, repeatedButtonNames } from '../support/page-probes.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { Visitors } from '../support/visitor.ts';

let browser: Browser;
let sandbox: TestSandboxAws;
let broker: Server;
let brokerUrl: string;
const visitors = new Visitors();

const LONG_NAME = `arn:aws:iam::444455556666:role/${'VeryLong'.repeat(8)},arn:aws:iam::444455556666:saml-provider/daypass`;

beforeAll(async () => {
  broker = createServer((_request, response) => response.end('<h1>The broker</h1>'));
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  brokerUrl = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  [browser, sandbox] = await Promise.all([launchChromium(), startSandboxWithPages({ issuerUrl: brokerUrl })]);
});
afterEach(async () => {
  await visitors.leave();
});
afterAll(async () => {
  broker.closeAllConnections();
  await Promise.all([browser.close(), sandbox.close(), new Promise((resolve) => broker.close(resolve))]);
});

const heading = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

/** What the identity provider's page does: a form that posts itself. */
async function bring(page: Page, pairs: readonly string[]): Promise<void> {
  await page.goto(brokerUrl);
  await page.setContent(
    `<form method="post" action="${sandbox.url}/saml"><input name="SAMLResponse" value="${offering(sandbox, pairs)}"><button>Go</button></form>`,
  );
  await page.getByRole('button').click();
  await page.waitForURL(`${sandbox.url}/**`);
}

async function loginUrl(pair: string): Promise<string> {
  const query = new URLSearchParams({
    Action: 'login',
    Issuer: `${brokerUrl}/roles`,
    Destination: 'https://console.aws.amazon.com/s3/home?region=eu-west-1',
    SigninToken: await signinToken(sandbox, pair),
  });
  return `${sandbox.url}/federation?${query.toString()}`;
}

describe('the role chooser', () => {
  it('is worked by keyboard, and what is chosen is what one becomes', async () => {
    const { page } = await visitors.arrive(browser);
    await bring(page, [PRODUCTION_READER, DEVELOPMENT_READER, DEVELOPMENT_DEVELOPER]);
    expect(await heading(page)).toBe('Select a role');
    const account = page.getByRole('group', { name: 'Account: example-development (222233334444)' });
    expect(await account.getByRole('radio').count()).toBe(2);
    await page.keyboard.press('Tab');
    for (const key of ['Space', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL('**/console/home');
    expect(await heading(page)).toBe('You are in the console of Example Development');
    expect(await page.locator('dl').first().innerText()).toContain('Developer');
  });

  it('does not let one go on without a choice', async () => {
    const { page } = await visitors.arrive(browser);
    await bring(page, [PRODUCTION_READER, DEVELOPMENT_READER]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await heading(page)).toBe('Select a role');
    expect(await page.locator('input:invalid').count()).toBe(2);
  });
});

describe('signing out', () => {
  it('counts down, ends the session in every tab and leads back to where one came from', async () => {
    const { context, page } = await visitors.arrive(browser);
    await page.goto(await loginUrl(PRODUCTION_READER));
    expect(page.url()).toBe(`${sandbox.url}/console/s3/home?region=eu-west-1`);
    expect(await page.getByRole('timer').innerText()).toMatch(/^\((?:1:00:00|0:59:\d\d) left\)$/);
    const other = await context.newPage();
    await other.goto(`${sandbox.url}/console/`);
    expect(await heading(other)).toContain('Example Production');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${brokerUrl}/roles`);
    await other.reload();
    expect(await heading(other)).toBe('Sign in again');
    await page.goBack();
    expect(await heading(page)).toBe('Sign in again');
  });

  it('comes before another account, and one press does both', async () => {
    const { page } = await visitors.arrive(browser);
    await page.goto(await loginUrl(PRODUCTION_READER));
    await page.goto(await loginUrl(DEVELOPMENT_DEVELOPER));
    expect(await heading(page)).toMatch(/^You must first log out/);
    await page
      .getByRole('link', { name: 'Log out, and sign in as Developer in Example Development' })
      .click();
    await page.waitForURL('**/console/s3/home**');
    expect(await heading(page)).toBe('You are in the console of Example Development');
  });
});

describe.each(['light', 'dark'] as const)('every page, %s,', (colorScheme) => {
  it.each([360, 1280])('fits a screen %d wide, is legible, and names what can be pressed', async (width) => {
    const { page } = await visitors.arrive(browser, { colorScheme, viewport: { width, height: 800 } });
    const check = async (): Promise<void> => {
      // The style sheet is there then; before, nothing can be said about colours.
      await page.waitForLoadState();
      expect(await overflowing(page), page.url()).toEqual([]);
      expect(await faintTexts(page), page.url()).toEqual([]);
      expect(await namelessControls(page), page.url()).toEqual([]);
      expect(await repeatedButtonNames(page), page.url()).toEqual([]);
    };
    await bring(page, [PRODUCTION_READER, DEVELOPMENT_READER, LONG_NAME]);
    await check();
    await page.getByLabel('VeryLong').check();
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await heading(page)).toBe('The sign-in did not work');
    await check();
    await page.goto(await loginUrl(PRODUCTION_READER));
    await check();
    await page.goto(await loginUrl(DEVELOPMENT_READER));
    await check();
    await page.goto(`${sandbox.url}/oauth?Action=logout`);
    await check();
    await page.goto(`${sandbox.url}/console/`);
    await check();
  });
});
