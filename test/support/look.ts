/** What every page is, whatever it is for: one thing, in its width, readable, and for those who cannot see or point. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { seriousViolations } from './accessibility.ts';
import { faintTexts, namelessControls, overflowing, repeatedButtonNames } from './page-probes.ts';

/** A directory where pictures stay, for people to look at. */
const kept = process.env['DAYPASS_LOOK'];

const NARROW = 480;

/** What is folded away is a part of the page; then it is as it was. */
const UNFOLD = `document.querySelectorAll('main details:not([open])').forEach((fold) => {
  fold.open = true;
  fold.dataset.unfolded = '';
})`;
const FOLD = `document.querySelectorAll('[data-unfolded]').forEach((fold) => {
  fold.open = false;
  delete fold.dataset.unfolded;
})`;

/** Waits for the page with this heading. @param name of its picture. */
export async function look(page: Page, title: string | RegExp, name = String(title)): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.waitForLoadState();
  await page.evaluate(UNFOLD);
  if (kept !== undefined) await page.screenshot({ path: await pictureOf(page, kept, name), fullPage: true });
  const found = {
    headings: await page.getByRole('heading', { level: 1 }).count(),
    overflowing: await overflowing(page),
    namelessControls: await namelessControls(page),
    repeatedButtonNames: await repeatedButtonNames(page),
    faintTexts: await faintTexts(page),
    // Takes as long as all the others together; the narrow page has all that the wide one has.
    seriousViolations: widthOf(page) <= NARROW ? await seriousViolations(page) : [],
  };
  await page.evaluate(FOLD);
  expect(found, name).toEqual({
    headings: 1,
    overflowing: [],
    namelessControls: [],
    repeatedButtonNames: [],
    faintTexts: [],
    seriousViolations: [],
  });
}

async function pictureOf(page: Page, directory: string, name: string): Promise<string> {
  const isDark = await page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches");
  return join(directory, `${name}-${widthOf(page)}-${isDark ? 'dark' : 'light'}.png`);
}

function widthOf(page: Page): number {
  return page.viewportSize()?.width ?? 0;
}
