/** Every way in and out, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE } from '../../src/sandbox/identity-providers/people.ts';
import { launchChromium } from '../support/chromium.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { pick, postForm, refusal, signInAs, Visitors } from '../support/visitor.ts';

/** Ahead of the sandbox by as much as a test says: nobody waits for an ID token to expire. */
class MovableClock {
  aheadMs = 0;
  readonly now = (): Date => new Date(Date.now() + this.aheadMs);
}

let browser: Browser;
let broker: TestBroker;
const clock = new MovableClock();
const visitors = new Visitors();

beforeAll(async () => {
  [browser, broker] = await Promise.all([launchChromium(), startTestBroker({ clock })]);
});
afterEach(async () => {
  clock.aheadMs = 0;
  expect(await visitors.leave(), 'in the browser’s console').toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await broker.close();
});

const url = (path: string): string => `${broker.baseUrl}${path}`;
const heading = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

describe.each(['sandbox-saml', 'sandbox-oidc'] as const)('signing in by %s', (connector) => {
  it.each(PEOPLE.map(({ displayName, groups }) => ({ displayName, groups })))(
    'as $displayName shows who that is, the groups that arrived, and what is open to them',
    async ({ displayName, groups }) => {
      const { page } = await visitors.arrive(browser);
      await signInAs(page, broker.baseUrl, { person: new RegExp(displayName), connector });
      expect(page.url()).toBe(url('/'));
      await page.locator('.menu summary').click();
      const menu = page.locator('.menu-body');
      expect(await menu.innerText()).toContain(displayName);
      expect(await menu.locator('.groups li').allTextContents()).toEqual(groups);
      expect(await page.locator('.role').count()).toBe(groups.length === 0 ? 0 : await promised(page));
    },
  );

  it('leads back to where one wanted to go', async () => {
    const { page } = await visitors.arrive(browser);
    await page.goto(url('/roles/production-readonly?from=a+link'));
    expect(await heading(page)).toBe('Sign in to Daypass');
    const name = connector === 'sandbox-saml' ? /\(SAML\)/ : /\(OpenID Connect\)/;
    await page.getByRole('link', { name }).click();
    await pick(page, /Erin/, broker.baseUrl);
    expect(page.url()).toBe(url('/roles/production-readonly?from=a+link'));
    expect(await heading(page)).toBe('Read only');
  });
});

/** How many roles the page itself says there are. */
async function promised(page: Page): Promise<number> {
  return Number.parseInt(await page.getByRole('status').first().innerText(), 10);
}

describe('a sign-in', () => {
  it('that is open in two tabs can be finished in both, each leading where it was meant to', async () => {
    const visitor = await visitors.arrive(browser);
    const other = await visitor.context.newPage();
    await visitor.page.goto(url('/sign-in/sandbox-saml?returnTo=/roles/development-developer'));
    await other.goto(url('/sign-in/sandbox-oidc?returnTo=/roles/production-readonly'));
    await pick(visitor.page, /Erin/, broker.baseUrl);
    expect(visitor.page.url()).toBe(url('/roles/development-developer'));
    await pick(other, /Priya/, broker.baseUrl);
    expect(other.url()).toBe(url('/roles/production-readonly'));
    await visitor.page.reload();
    // The later one holds in all tabs.
    expect(await visitor.page.locator('.menu-label').innerText()).toBe('Priya Nair');
  });

  it('cannot be used twice: going back and sending the same answer again is refused, and harms nothing', async () => {
    const visitor = await visitors.arrive(browser);
    const { page } = visitor;
    const answers: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/acs')) answers.push(request.postData() ?? '');
    });
    await page.goto(url('/sign-in/sandbox-saml'));
    await pick(page, /Erin/, broker.baseUrl);
    await page.evaluate(postForm(url('/saml/sandbox-saml/acs'), answers[0] ?? ''));
    await page.getByRole('heading', { name: 'The sign-in did not work' }).waitFor();
    await visitor.complained(refusal(403, 'Forbidden'));
    await page.goto(url('/'));
    expect(await heading(page)).toBe('Your AWS roles');
  });

  it('ends with a sign-out: no tab and no history entry of that browser shows a role afterwards', async () => {
    const visitor = await visitors.arrive(browser);
    const { page } = visitor;
    await signInAs(page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-saml' });
    const other = await visitor.context.newPage();
    await other.goto(url('/roles/production-readonly'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/signed-out');
    expect(await heading(page)).toBe('You are signed out');
    await page.goBack();
    await page.waitForURL('**/sign-in');
    await other.getByRole('button', { name: 'Get credentials' }).click();
    await other.getByRole('heading', { name: 'Sign in to Daypass' }).waitFor();
    await other.getByRole('link', { name: /\(SAML\)/ }).click();
    await pick(other, /Erin/, broker.baseUrl);
    expect(other.url()).toBe(url('/roles/production-readonly?purpose=credentials&durationSeconds=3600'));
  });
});

describe('a role that takes one’s own ID token, once that has expired,', () => {
  const LATER_MS = 15 * 60_000;

  it('leads to the identity provider and back to the credentials', async () => {
    const visitor = await visitors.arrive(browser);
    const { page } = visitor;
    await signInAs(page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-oidc' });
    clock.aheadMs = LATER_MS;
    await page.getByRole('button', { name: /^Credentials Data analyst, own token/ }).click();
    await page.getByRole('heading', { name: 'Who do you want to be?' }).waitFor();
    clock.aheadMs = 0;
    await pick(page, /Erin/, broker.baseUrl);
    await page.getByRole('heading', { name: 'Credentials for Data analyst, own token' }).waitFor();
    await visitor.complained(refusal(401, 'Unauthorized'));
  });

  it('does so in the tab that the console was to open in', async () => {
    const visitor = await visitors.arrive(browser);
    await signInAs(visitor.page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-oidc' });
    clock.aheadMs = LATER_MS;
    const open = visitor.page.getByRole('button', { name: /^Console Data analyst, own token/ });
    const tab = await visitor.newTab(() => open.click());
    await tab.getByRole('heading', { name: 'Who do you want to be?' }).waitFor();
    clock.aheadMs = 0;
    await tab.getByRole('button', { name: /Erin/ }).click();
    await tab.waitForURL(`${broker.awsUrl}/console/s3/home`);
    await visitor.complained(refusal(401, 'Unauthorized'));
    expect(await visitor.page.getByRole('heading', { level: 1 }).innerText()).toBe('Your AWS roles');
  });
});

describe('without scripts', () => {
  it('one signs in by either protocol, searches, takes credentials, opens the console and signs out', async () => {
    for (const connector of ['sandbox-saml', 'sandbox-oidc'] as const) {
      const visitor = await visitors.arrive(browser, { javaScriptEnabled: false });
      const { page } = visitor;
      await page.goto(url(`/sign-in/${connector}`));
      await page.getByRole('button', { name: /Erin/ }).click();
      if (connector === 'sandbox-saml') await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(url('/'));
      await page.getByRole('searchbox').fill('ec2 operator');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.waitForURL('**/?q=ec2+operator');
      const tab = await visitor.newTab(() =>
        page.getByRole('button', { name: /^Console EC2 operator/ }).click(),
      );
      await tab.waitForURL(`${broker.awsUrl}/console/**`);
      expect(await heading(tab)).toContain('Example Production');
      await page.getByRole('button', { name: /^Credentials EC2 operator/ }).click();
      await page.waitForURL('**/credentials');
      await page.locator('.tab-panel:visible summary').click();
      expect(await page.locator('pre:visible').innerText()).toMatch(/export AWS_SECRET_ACCESS_KEY='\S{40}'/);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL('**/signed-out');
    }
  });

  it('an expired ID token still leads to a fresh sign-in', async () => {
    const visitor = await visitors.arrive(browser, { javaScriptEnabled: false });
    const { page } = visitor;
    await signInAs(page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-oidc' });
    clock.aheadMs = 15 * 60_000;
    await page.getByRole('button', { name: /^Credentials Data analyst, own token/ }).click();
    await page.getByRole('heading', { name: 'Who do you want to be?' }).waitFor();
    await visitor.complained(refusal(401, 'Unauthorized'));
  });
});
