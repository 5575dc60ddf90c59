import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { faintTexts, namelessControls, overflowing, repeatedButtonNames } from '../support/page-probes.ts';

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 360, height: 800 } });
});

afterAll(() => browser.close());

describe('the probes that judge the pages find what they look for', () => {
  it('what sticks out sideways', async () => {
    await page.setContent('<div class="far" style="width: 900px">x</div>');
    expect(await overflowing(page)).toEqual(['DIV.far']);
  });

  it('controls without a name', async () => {
    await page.setContent(
      '<button></button><input><a href="/"><img src="x" alt=""></a><button>Named</button>',
    );
    expect(await namelessControls(page)).toHaveLength(3);
  });

  it('buttons of the same name', async () => {
    await page.setContent(
      '<main><button>Console</button><button>Console</button><button>Other</button></main>',
    );
    expect(await repeatedButtonNames(page)).toEqual(['Console']);
  });

  it('texts that are hard to read on what is behind them', async () => {
    await page.setContent(
      '<div style="background: #fff"><p style="color: #999">faint</p><p style="color: #555">clear</p></div>',
    );
    expect(await faintTexts(page)).toEqual([expect.stringMatching(/^faint 2\.8\d$/)]);
  });
});
