/** Out by a real browser: under our content security policy, with and without scripts. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { startSessionWorld, type SessionWorld } from '../support/session-world.ts';
import { Visitors } from '../support/visitor.ts';

let browser: Browser;
let world: SessionWorld;
const visitors = new Visitors();

beforeAll(async () => {
  [browser, world] = await Promise.all([launchChromium(), startSessionWorld()]);
  world.op.handlers.set('/logout', (request, response) => {
    const query = new URL(request.url ?? '', world.op.issuer).searchParams;
    const back = query.get('post_logout_redirect_uri') ?? '';
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>OP</title><link rel="icon" href="data:,"><a href="${back}">Back</a>`);
  });
});
afterEach(async () => {
  expect(await visitors.leave(), 'in the browser’s console').toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await world.close();
});

describe.each([{ javaScriptEnabled: true }, { javaScriptEnabled: false }])(
  'with $javaScriptEnabled for scripts',
  (scripts) => {
    it('the way out goes on to the provider by itself, and ends at our page', async () => {
      const signedIn = new HttpBrowser();
      await world.byOpenId(signedIn);
      const { baseUrl } = world.broker;
      const { context, page } = await visitors.arrive(browser, scripts);
      const cookies = [...signedIn.cookiesOf(baseUrl)];
      await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: baseUrl })));
      await page.goto(baseUrl);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL((url) => url.origin === world.op.issuer && url.pathname === '/logout');
      await page.getByRole('link', { name: 'Back' }).click();
      await page.getByRole('heading', { level: 1, name: 'You are signed out' }).waitFor();
      expect(page.url()).toBe(`${baseUrl}/signed-out`);
      expect((await context.cookies(baseUrl)).map(({ name }) => name)).toEqual([]);
      expect(await world.subjectOf(signedIn)).toBeUndefined();
    });

    it('another session is ended from the page of sessions, by keyboard alone', async () => {
      const [here, there] = [new HttpBrowser(), new HttpBrowser()];
      const sub = `keyboard-${String(scripts.javaScriptEnabled)}`;
      await world.byOpenId(here, { claims: { sub } });
      await world.byOpenId(there, { claims: { sub } });
      const { baseUrl } = world.broker;
      const { context, page } = await visitors.arrive(browser, scripts);
      const cookies = [...here.cookiesOf(baseUrl)];
      await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: baseUrl })));
      await page.goto(`${baseUrl}/sessions`);
      await page.getByRole('button', { name: /^End session/ }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.getByRole('button', { name: /^End session/ }).count()).toBe(0);
      expect(await world.subjectOf(there)).toBeUndefined();
      expect(await world.subjectOf(here)).toBe(sub);
    });
  },
);
