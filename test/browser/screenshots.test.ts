/**
 * Pictures for the documentation, of the pages as they are. `npm run screenshots` keeps them, by
 * DAYPASS_SCREENSHOTS; otherwise they are only made.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { signInAs, Visitor } from '../support/visitor.ts';

let browser: Browser;
let broker: TestBroker;
let directory: string;
const kept = process.env['DAYPASS_SCREENSHOTS'];

beforeAll(async () => {
  directory = kept ?? (await mkdtemp(join(tmpdir(), 'daypass-screenshots-')));
  [browser, broker] = await Promise.all([launchChromium(), startTestBroker()]);
});
afterAll(async () => {
  await browser.close();
  await broker.close();
  if (kept === undefined) await rm(directory, { recursive: true });
});

/** The page down to what is worth showing. */
async function picture(page: Page, name: string, height: number): Promise<void> {
  const path = join(directory, `${name}.png`);
  await page.setViewportSize({ width: 1280, height });
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const file = await readFile(path);
  expect(file.subarray(1, 4).toString()).toBe('PNG');
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([1280, height]);
  expect(file.length, 'a page without content').toBeGreaterThan(20_000);
}

it('shows the roles, the credentials and the sandbox’s console', async () => {
  const visitor = await Visitor.arrive(browser, { locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  const { page } = visitor;
  await signInAs(page, broker.baseUrl, { person: /Priya/, connector: 'sandbox-saml' });
  await page.getByRole('heading', { level: 1 }).click();
  await picture(page, 'roles', 914);
  const developer = page.getByRole('button', { name: 'Console Developer in Example Production' });
  const tab = await visitor.newTab(() => developer.click());
  await picture(tab, 'console', 560);
  await page.getByRole('button', { name: 'Credentials Developer in Example Production' }).click();
  await page.getByRole('heading', { name: 'Credentials for Developer' }).waitFor();
  await picture(page, 'credentials', 720);
  await visitor.leave();
});
