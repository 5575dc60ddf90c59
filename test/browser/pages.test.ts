import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { pageCatalogue } from '../support/page-catalogue.ts';
import { faintTexts, namelessControls, overflowing, repeatedButtonNames } from '../support/page-probes.ts';
import { startPageServer, type PageServer } from '../support/page-server.ts';

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startPageServer()]);
});

afterAll(async () => {
  await Promise.all([browser.close(), server.close()]);
});

interface OpenPage {
  readonly page: Page;
  /** What the browser complained about: refused by the policy, errors of scripts, files that are missing. */
  readonly complaints: readonly string[];
}

async function openPage(name: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`${server.url}/catalogue/${name}`);
  return { page, complaints };
}

/** For one test, closed after it. */
async function open(name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage(name, options);
  onTestFinished(() => page.context().close());
  return page;
}

/** Pages that go on by themselves leave at once when scripts run. */
const scriptsFor = (name: string): BrowserContextOptions => ({
  javaScriptEnabled: name !== 'resubmit' && name !== 'role-goes-on',
});

describe('every page of the catalogue', () => {
  describe.each(pageCatalogue())('$name', ({ name }) => {
    let opened: OpenPage;
    beforeAll(async () => {
      opened = await openPage(name, scriptsFor(name));
    });
    afterAll(() => opened.page.context().close());

    it('W08, W09: lives under the strict content security policy and runs nothing that data says', async () => {
      const { page, complaints } = opened;
      await page.mouse.move(300, 300);
      expect(complaints).toEqual([]);
      expect(await page.evaluate('window.__xss')).toBeUndefined();
      const scripts = await page.evaluate<string[]>('[...document.scripts].map((script) => script.src)');
      for (const script of scripts) expect(script).toMatch(/\/public\/[0-9a-f]{16}\/js\/[a-z-]+\.js$/);
    });

    it('never scrolls sideways, from a phone to a wide screen', async () => {
      const { page } = opened;
      for (const width of [2000, 1280, 768, 360]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await overflowing(page), `at ${width} px`).toEqual([]);
      }
    });

    it('names every control, has one main heading, and texts that can be read by day and by night', async () => {
      const { page } = opened;
      expect(await namelessControls(page)).toEqual([]);
      expect(await page.locator('h1').count()).toBe(1);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect(await faintTexts(page), colorScheme).toEqual([]);
      }
    });
  });
});

describe('the roles page', () => {
  it('gives each button a name of its own, so that a list of buttons can be used', async () => {
    const page = await open('roles');
    expect(await repeatedButtonNames(page)).toEqual([]);
    const big = await open('roles-ten');
    expect(await repeatedButtonNames(big)).toEqual([]);
  });

  it('filters as one types: every word, over role and account, and Escape brings all back', async () => {
    const page = await open('roles');
    const rows = page.locator('.role:visible');
    await expect.poll(() => rows.count()).toBe(6);
    await page.getByRole('searchbox').fill('PLATFORM mfa');
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('Terminal with MFA')]);
    expect(await page.locator('.account:visible').count()).toBe(1);
    expect(await page.locator('[data-filter-status]').innerText()).toBe('1 role on this page');
    await page.getByRole('searchbox').fill('222222222222');
    expect(await rows.count()).toBe(2);
    await page.getByRole('searchbox').press('Escape');
    expect(await rows.count()).toBe(6);
    expect(await page.locator('[data-filter-status]').innerText()).toBe('6 roles in 3 accounts');
  });

  it('says so when nothing matches, and that Enter searches what is not on the page', async () => {
    const page = await open('roles-300');
    await page.getByRole('searchbox').fill('team29role10');
    expect(await page.locator('[data-filter-status]').innerText()).toBe(
      '1 role on this page. Press Enter to search all of them.',
    );
    await page.getByRole('searchbox').fill('no such thing');
    expect(await page.getByRole('heading', { name: 'Nothing here matches' }).isVisible()).toBe(true);
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL('**/catalogue/roles-300?q=no+such+thing');
  });

  it('goes to the search by slash, but types a slash in a field', async () => {
    const page = await open('roles');
    const search = page.getByRole('searchbox');
    await page.getByRole('heading', { level: 1 }).click();
    expect(await page.locator('input:focus').count()).toBe(0);
    await page.keyboard.press('/');
    await page.keyboard.type('ops/');
    expect(await search.inputValue()).toBe('ops/');
  });

  it('walks from the search to the first action of each row by arrow keys', async () => {
    const page = await open('roles');
    const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');
    await page.getByRole('searchbox').fill('222222222222');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('Terminal with MFA in Platform');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('Console Bucket reader in Platform, opens in a new tab');
  });

  it('opens the console in a new tab that cannot reach back', async () => {
    const page = await open('roles');
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('button', { name: 'Console Read only in Payments' }).click(),
    ]);
    await tab.waitForURL('**/roles/payments-prod-read/console');
    expect(await tab.evaluate('window.opener')).toBeNull();
  });

  it('leads to the role’s own page where a code is needed, and to the refusal where a service is meant', async () => {
    const page = await open('roles');
    const mfa = page.getByRole('link', { name: /^Credentials… Terminal with MFA/ });
    expect(await mfa.getAttribute('href')).toBe('/roles/platform-mfa');
    await page.getByRole('button', { name: 'Try it LambdaLister' }).click();
    await page.waitForURL('**/roles/lambda-lister/credentials');
  });

  it('says which groups arrived, exactly, to somebody without a role', async () => {
    const page = await open('roles-none');
    expect(await page.locator('main .groups li').allTextContents()).toEqual([
      'engineering',
      'on-call',
      'AWS Prod ReadOnly',
    ]);
    const none = await open('roles-none-no-groups');
    expect(await none.getByRole('main').innerText()).toContain('No groups arrived from Example SAML.');
  });

  it('shows who is signed in by a press or Enter, and hides it by Escape', async () => {
    const page = await open('roles');
    const email = page.getByText('erin@daypass.example');
    await page.getByText('Erin Engel').first().click();
    expect(await email.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await email.isVisible()).toBe(false);
  });
});

/** What the last form sent beside the token that every form sends once. */
function sentChoices(): string {
  const sent = new URLSearchParams(server.received.at(-1)?.body);
  expect(sent.getAll('csrfToken')).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  sent.delete('csrfToken');
  return sent.toString();
}

describe('the role page', () => {
  it('has what one chose before a sign-in, and waits where it does not go on by itself', async () => {
    const page = await open('role-resumed');
    expect(await page.getByText('Your choices are as you left them.').isVisible()).toBe(true);
    expect(await page.getByLabel('Session policy').inputValue()).toBe('{"Version":"2012-10-17"}');
    expect(page.url()).toContain('/catalogue/role-resumed');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.waitForURL('**/roles/payments-prod-read/credentials');
    expect(sentChoices()).toBe('durationSeconds=3600&sessionPolicy=%7B%22Version%22%3A%222012-10-17%22%7D');
  });

  it('goes on by itself where it may, once, and says so', async () => {
    const page = await open('role-goes-on');
    await page.waitForURL('**/roles/payments-prod-read/console');
    expect(sentChoices()).toBe('durationSeconds=3600&sessionPolicy=&again=1');
  });

  it('sends exactly one duration, also a custom one', async () => {
    const page = await open('role');
    await page.getByLabel('How long').selectOption({ label: 'Another duration…' });
    await page.getByRole('spinbutton', { name: 'Minutes' }).fill('90');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.waitForURL('**/roles/payments-prod-read/credentials');
    expect(sentChoices()).toBe('durationSeconds=5400&sessionPolicy=');
  });

  it('does not send a custom duration outside the limits', async () => {
    const page = await open('role');
    const before = server.received.length;
    await page.getByLabel('How long').selectOption({ label: 'Another duration…' });
    await page.getByRole('spinbutton', { name: 'Minutes' }).fill('14');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    expect(await page.locator('input[type="number"]:invalid').count()).toBe(1);
    expect(server.received.length).toBe(before);
  });

  it('sends the mapping that the page is about, and takes a code of six digits only', async () => {
    const choices = await open('role-choices');
    const rules = choices.getByRole('navigation', { name: 'By which rule' });
    expect(await rules.locator('[aria-current]').innerText()).toContain('engineers-read');
    const other = rules.getByRole('link', { name: /payments-leads/ });
    expect(await other.getAttribute('href')).toBe('/roles/payments-prod-read?mapping=leads-operate');
    await choices.getByRole('button', { name: 'Get credentials' }).click();
    await choices.waitForURL('**/credentials');
    expect(sentChoices()).toBe('mapping=engineers-read&durationSeconds=3600&sessionPolicy=');

    const page = await open('role-mfa');
    const code = page.getByLabel('MFA code');
    await code.fill('12345');
    expect(await page.locator('#mfa-code:invalid').count()).toBe(1);
    await code.fill('012345');
    await code.press('Enter');
    await page.waitForURL('**/roles/platform-mfa/credentials');
    expect(sentChoices()).toBe('durationSeconds=3600&mfaCode=012345');
  });
});

describe('without scripts', () => {
  const plain = { javaScriptEnabled: false };

  it('signs out, searches, and asks for credentials by forms', async () => {
    const page = await open('roles', plain);
    await page.getByRole('searchbox').fill('pay');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL('**/catalogue/roles?q=pay');
    await page.getByRole('button', { name: 'Credentials Read only in Payments' }).click();
    await page.waitForURL('**/roles/payments-prod-read/credentials');
    await page.goBack();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-out');
  });

  it('chooses and narrows on the role page', async () => {
    const page = await open('role', plain);
    await page.getByLabel('How long').selectOption('900');
    await page.getByText('Narrow what the session may do').click();
    await page.getByLabel('Session policy').fill('{"Statement": []}');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.waitForURL('**/credentials');
    expect(sentChoices()).toBe('durationSeconds=900&sessionPolicy=%7B%22Statement%22%3A+%5B%5D%7D');
  });

  it('offers no control that only a script could answer', async () => {
    for (const name of ['sign-in', 'roles', 'roles-no-match', 'role', 'credentials', 'error-refused']) {
      const page = await open(name, plain);
      expect(await page.locator('button[type="button"]:visible').count(), name).toBe(0);
    }
  });

  it('passes an answer on by Continue', async () => {
    const page = await open('resubmit', plain);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/saml/example/acs');
    expect(server.received.at(-1)?.body).toContain('SAMLResponse=PHNhbWw%2B&RelayState=');
  });
});

describe('the resubmit page', () => {
  it('sends every field at once by itself, whatever the fields are called', async () => {
    const page = await open('resubmit');
    await page.waitForURL('**/saml/example/acs');
    const sent = new URLSearchParams(server.received.at(-1)?.body);
    expect(sent.get('SAMLResponse')).toBe('PHNhbWw+');
    expect(sent.get('RelayState')).toBe('"><img src=x onerror="window.__xss = 1">');
    expect(sent.get('submit')).toBe('a field by this name');
  });
});

describe('the page on the way to a fresh sign-in', () => {
  it('goes on by itself, without scripts too, and by Continue', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await Promise.all([
      page.waitForRequest('**/stay?returnTo=%2Froles%2Fa'),
      page.goto(`${server.url}/catalogue/sign-in-again`),
    ]);
    expect(await page.getByRole('link', { name: 'Continue' }).getAttribute('href')).toBe(
      '/stay?returnTo=%2Froles%2Fa',
    );
  });
});

describe('a refusal', () => {
  it('says who one is, which groups arrived, the code and the request, and what to do', async () => {
    const page = await open('error-refused');
    const text = await page.getByRole('main').innerText();
    for (const part of [
      'Erin Engel',
      'AWS Prod ReadOnly',
      'role.reserved_for_service',
      '5f0c2c1e9b7a4d3e8a61',
      'lambda.amazonaws.com',
    ]) {
      expect(text).toContain(part);
    }
    expect(await page.getByRole('link', { name: 'Your roles' }).getAttribute('href')).toBe('/');
  });

  it('shows the codes of characters that would make one group look like another', async () => {
    const page = await open('error-hostile');
    const groups = await page.locator('main .groups li').allTextContents();
    expect(groups).toContain('[U+202E]gnireenigne[U+202C] [U+0000][U+0008]');
    expect(groups).toContain('empty');
  });

  it('keeps the spaces of a group’s name, which may be why it matched nothing', async () => {
    const page = await open('error-hostile');
    const group = page.locator('main .groups li', { hasText: 'two' });
    expect(await group.textContent()).toBe('  two  spaces  ');
    const style = 'getComputedStyle(document.querySelector("main .groups li")).whiteSpace';
    expect(await page.evaluate(style)).toBe('break-spaces');
  });
});
