/** A person at a real browser: a context of their own, and everything that the browser complains about in it. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { ConnectorId } from './start-test-broker.ts';

export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
      reducedMotion: 'reduce',
      ...options,
    });
    // Below the tests' own limit, so that a failure says what was waited for.
    context.setDefaultTimeout(10_000);
    const visitor = new Visitor(context, await context.newPage());
    visitor.#listen();
    return visitor;
  }

  /** Waits until a tab's console has complained in these words, once, which is then no longer unexpected. */
  async complained(words: string | RegExp): Promise<void> {
    const fits = (text: string): boolean => (typeof words === 'string' ? text === words : words.test(text));
    if (!this.#complaints.some(fits)) {
      await this.context.waitForEvent('console', { predicate: (message) => fits(message.text()) });
    }
    this.#complaints.splice(this.#complaints.findIndex(fits), 1);
  }

  /** What else a console said: refused by a policy, thrown by a script, not found, answered with an error. */
  get unexpected(): readonly string[] {
    return this.#complaints;
  }

  /** What a press opens in a new tab, once it is there. */
  async newTab(press: () => Promise<void>): Promise<Page> {
    const [tab] = await Promise.all([this.context.waitForEvent('page'), press()]);
    await tab.waitForLoadState();
    return tab;
  }

  leave(): Promise<void> {
    return this.context.close();
  }

  #listen(): void {
    this.context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(message.text());
    });
    this.context.on('weberror', (thrown) => this.#complaints.push(String(thrown.error())));
  }
}

/** Everybody who visits during one test. */
export class Visitors {
  readonly #here: Visitor[] = [];

  async arrive(browser: Browser, options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await Visitor.arrive(browser, options);
    this.#here.push(visitor);
    return visitor;
  }

  /** @returns what their browsers complained about and no test expected. */
  async leave(): Promise<readonly string[]> {
    const leaving = this.#here.splice(0);
    const complaints = leaving.flatMap(({ unexpected }) => unexpected);
    await Promise.all(leaving.map((visitor) => visitor.leave()));
    return complaints;
  }
}

/** What a browser writes to its console when a page's own answer is a refusal: the only complaint to be expected. */
export function refusal(status: number, words: string): string {
  return `Failed to load resource: the server responded with a status of ${status} (${words})`;
}

/** On the identity provider's page: picks the person, and waits to be back. */
export async function pick(page: Page, person: RegExp, baseUrl: string): Promise<void> {
  await page.getByRole('button', { name: person }).click();
  await page.waitForURL((url) => url.origin === baseUrl && !/\/(?:acs|callback)$/.test(url.pathname));
}

/** From the page of connectors on, as people do it. */
export async function signInAs(
  page: Page,
  baseUrl: string,
  { person, connector }: { readonly person: RegExp; readonly connector: ConnectorId },
): Promise<void> {
  await page.goto(`${baseUrl}/sign-in`);
  const name = connector === 'sandbox-saml' ? /\(SAML\)/ : /\(OpenID Connect\)/;
  await page.getByRole('link', { name }).click();
  await pick(page, person, baseUrl);
}

/** A program for a page: posts a form with these urlencoded fields. */
export function postForm(action: string, body: string): string {
  return `(() => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = ${JSON.stringify(action)};
    for (const [name, value] of new URLSearchParams(${JSON.stringify(body)})) {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name, value });
      form.append(input);
    }
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
  })()`;
}
