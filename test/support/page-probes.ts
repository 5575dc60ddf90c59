/** Questions to a page in a browser. Each is a program for the page itself, hence a text. */
import type { Page } from 'playwright-core';

/** Elements that stick out of the page's width; empty when it does not scroll sideways. */
export async function overflowing(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => element.tagName + '.' + element.className);
  })()`);
}

/** Controls that a screen reader could not name, as Playwright computes names. */
export async function namelessControls(page: Page): Promise<string[]> {
  const tree = await page.locator('body').ariaSnapshot();
  const nameless =
    /^\s*- (?:button|link|textbox|searchbox|combobox|listbox|radio|checkbox|spinbutton|tab|tabpanel)\b(?! ")/;
  return tree.split('\n').filter((line) => nameless.test(line));
}

/** Names of buttons that occur more than once. */
export async function repeatedButtonNames(page: Page): Promise<string[]> {
  const tree = await page.locator('main').ariaSnapshot();
  const names = [...tree.matchAll(/^\s*- button "(.+?)"/gm)].map((match) => match[1] ?? '');
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/**
 * Texts whose contrast is below WCAG 2.2's AA (1.4.3: 4.5, or 3 for large ones), with their ratio. Knows
 * plain colours only: a background image or a translucent layer is not weighed.
 */
export async function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => numbers(colour).slice(0, 3)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const isOpaque = (colour) => (numbers(colour)[3] ?? 1) === 1;
    const background = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor;
        if (isOpaque(colour)) return colour;
      }
      return 'rgb(255, 255, 255)';
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.data.trim() === '' || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const [a, b] = [luminance(style.color), luminance(background(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      const isLarge = parseFloat(style.fontSize) >= 24;
      if (ratio < (isLarge ? 3 : 4.5)) faint.push(node.data.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
    }
    return faint;
  })()`);
}
