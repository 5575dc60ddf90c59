/** What a foreign page can make a real browser send to the sandbox, and what the sandbox's own page can. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { startSandboxWithPages } from '../support/console-browser.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
let browser: Browser;
let foreign: { readonly server: Server; readonly url: string };

beforeAll(async () => {
  [sandbox, browser, foreign] = await Promise.all([
    startSandboxWithPages(),
    launchChromium(),
    serveForeignPage(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await new Promise((resolve) => foreign.server.close(resolve));
  await sandbox.close();
});

/** An empty page of another origin on this machine. */
async function serveForeignPage(): Promise<typeof foreign> {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'text/html', Connection: 'close' })
      .end('<!doctype html><title>Foreign</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function on<T>(url: string, use: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    return await use(page);
  } finally {
    await page.close();
  }
}

describe('a foreign page', () => {
  beforeEach(() => sandbox.aws.faults.replace([{ fault: 'throttle', service: 's3' }]));

  it.each([
    ['by a fetch without a preflight', { method: 'POST', mode: 'no-cors', body: 'x' }],
    ['by a fetch without a body', { method: 'POST', mode: 'no-cors' }],
    [
      'by a fetch that asks first',
      { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '[]' },
    ],
    ['by a fetch that deletes', { method: 'DELETE' }],
  ] as const)('gets nothing done %s', async (_how, init) => {
    const { lastId } = sandbox.aws.journal;
    const paths = ['faults', 'journal', 'play-lambda'].map((name) => `${sandbox.url}/_sandbox/${name}`);
    const read = await on(foreign.url, (page) =>
      page.evaluate(
        ([urls, options]) =>
          Promise.all(
            urls.map((url) =>
              fetch(url, options).then(
                (answer) => answer.text(),
                () => 'nothing',
              ),
            ),
          ),
        [paths, init as RequestInit] as const,
      ),
    );
    expect(read.every((text) => text === '' || text === 'nothing')).toBe(true);
    expect(sandbox.aws.faults.rules).toHaveLength(1);
    expect(sandbox.aws.journal.lastId).toBe(lastId);
  });

  it('gets nothing done by a form', async () => {
    const { lastId } = sandbox.aws.journal;
    const shown = await on(foreign.url, async (page) => {
      await page.setContent(
        `<form method="post" action="${sandbox.url}/_sandbox/play"><button name="service" value="lambda.amazonaws.com">Go</button></form>`,
      );
      await Promise.all([page.waitForURL('**/_sandbox/play'), page.click('button')]);
      return page.content();
    });
    expect(shown).toContain('not for pages of other origins');
    expect(sandbox.aws.journal.lastId).toBe(lastId);
  });
});

describe('the sandbox’s own page', () => {
  it('plays a service with its form', async () => {
    sandbox.aws.faults.replace([]);
    const text = await on(sandbox.url, async (page) => {
      await Promise.all([
        page.waitForURL('**/_sandbox/play'),
        page.click('form[action="/_sandbox/play"] button'),
      ]);
      return page.textContent('body');
    });
    expect(text).toContain('has the role');
  });

  it('may ask for faults', async () => {
    // A page of this origin without a policy of content, under which no script may fetch.
    const status = await on(`${sandbox.url}/_sandbox/clock`, (page) =>
      page.evaluate(() =>
        fetch('/_sandbox/faults', {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: '[]',
        }).then((answer) => answer.status),
      ),
    );
    expect(status).toBe(200);
  });
});
