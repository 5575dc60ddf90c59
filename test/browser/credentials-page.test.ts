import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { buildCredentialsPage, SECRET_KEY, SESSION_TOKEN } from '../support/page-builders.ts';
import { startPageServer, type PageServer } from '../support/page-server.ts';

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startPageServer()]);
});

afterAll(async () => {
  await Promise.all([browser.close(), server.close()]);
});

async function open(name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  // Fake timers that run: tests move them on instead of waiting.
  await page.clock.install();
  await page.goto(`${server.url}/catalogue/${name}`);
  return page;
}

const TABS = buildCredentialsPage().tabs;
const visibleText = (page: Page): Promise<string> => page.locator('body').innerText();

describe('the credentials page', () => {
  it('masks every secret in every form until it is asked to show it', async () => {
    const page = await open('credentials');
    for (const tab of TABS) {
      await page.getByRole('tab', { name: tab.label }).click();
      const masked = await visibleText(page);
      // On one line with the secrets, even the harmless part is masked.
      if (tab.id !== 'credential-process') expect(masked, tab.id).toContain('ASIAIOSFODNN7EXAMPLE');
      expect(masked, tab.id).toMatch(/•{16}/);
      expect(masked, tab.id).not.toContain(SECRET_KEY.slice(0, 8));
      expect(masked, tab.id).not.toContain(SESSION_TOKEN.slice(0, 8));
      const fold = page.locator('.tab-panel:visible summary');
      expect(await fold.innerText()).toMatch(/^Show\b/);
      await fold.click();
      const shown = await page.getByRole('tabpanel').locator('code').textContent();
      expect(shown, tab.id).toBe(tab.text);
      expect(await visibleText(page), tab.id).toContain(SECRET_KEY);
      expect(await fold.innerText()).toMatch(/^Hide\b/);
      await fold.click();
      expect(await visibleText(page), tab.id).not.toContain(SECRET_KEY);
    }
  });

  it('masks whole what it does not understand', async () => {
    const page = await open('credentials-hostile');
    const masked = await page.locator('[data-masked]').innerText();
    expect(masked.replace(/[•\s]/g, '')).toBe('');
  });

  it('is a set of tabs for the keyboard: one stop, arrows, Home and End', async () => {
    const page = await open('credentials');
    const selected = page.locator('[role="tab"][aria-selected="true"]');
    const first = page.getByRole('tab', { name: 'bash, zsh' });
    await first.focus();
    await page.keyboard.press('ArrowRight');
    expect(await selected.innerText()).toBe('PowerShell');
    await page.keyboard.press('End');
    expect(await selected.innerText()).toBe('credential_process');
    await page.keyboard.press('ArrowRight');
    expect(await selected.innerText()).toBe('bash, zsh');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Home');
    expect(await selected.innerText()).toBe('bash, zsh');
    expect(await page.getByRole('tabpanel').count()).toBe(1);
    expect(await page.locator('[role="tab"][tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('SUMMARY');
  });

  it('copies the exact text without showing it, says so, and is itself again after four seconds', async () => {
    const page = await open('credentials', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy for bash, zsh' }).click();
    await page.getByRole('button', { name: 'Copied for bash, zsh' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(TABS[0]?.text);
    expect(await page.locator('[data-announce]').textContent()).toBe('Copied');
    expect(await visibleText(page)).not.toContain(SECRET_KEY);
    await page.clock.runFor(4_000);
    expect(await page.getByRole('button', { name: 'Copy for bash, zsh' }).isVisible()).toBe(true);
    expect(await page.locator('[data-announce]').textContent()).toBe('');
  });

  it('selects the text for copying by hand where the browser refuses the clipboard', async () => {
    const page = await open('credentials');
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("refused"))');
    await page.getByRole('button', { name: 'Copy for bash, zsh' }).click();
    await page.getByRole('button', { name: 'Not copied for bash, zsh' }).waitFor();
    expect(await page.evaluate<string>('String(getSelection()).trim()')).toBe(TABS[0]?.text.trim());
    expect(await page.locator('[data-announce]').textContent()).toContain('press Ctrl+C');
  });

  it('counts down, and says when the credentials are over', async () => {
    const page = await open('credentials', { locale: 'en-GB', timezoneId: 'Asia/Tokyo' });
    const lifetime = page.locator('[data-countdown]');
    expect(await lifetime.innerText()).toMatch(/\d\d:\d\d (?:GMT\+9|JST)\s+in (?:59 min \d+ s|1 h 0 min)/);
    expect(await page.getByRole('alert').isVisible()).toBe(false);
    await page.clock.fastForward(3_601_000);
    expect(await lifetime.innerText()).toMatch(/expired$/);
    expect(await page.getByRole('alert').innerText()).toContain('have expired');
  });

  it('works without scripts: links choose the form, a press shows the text, the expiry is in UTC', async () => {
    const page = await open('credentials', { javaScriptEnabled: false });
    expect(await visibleText(page)).not.toContain(SECRET_KEY);
    expect(await page.locator('.lifetime').innerText()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    await page.getByRole('link', { name: 'credential_process' }).click();
    expect(await page.locator('.tab-panel:visible').count()).toBe(1);
    await page.locator('.tab-panel:visible summary').click();
    expect(await page.locator('pre:visible').textContent()).toBe(TABS.at(-1)?.text);
  });
});
