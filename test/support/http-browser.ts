/**
 * A browser without a screen: keeps cookies per host as browsers do, says where its requests come from, reads
 * forms out of pages and submits them. For flows that need no scripts; Chromium drives the rest.
 */
import { csrfTokenOf } from '../../src/http/middleware/csrf-token.ts';

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Form {
  readonly action: string;
  readonly fields: ReadonlyMap<string, string>;
}

interface Sending {
  readonly method?: 'GET' | 'POST';
  readonly form?: ReadonlyMap<string, string>;
  /** The page that causes the request; none for an address typed in. */
  readonly from?: string;
}

export class HttpBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();
  #signedInAt: string | undefined;

  /** One request, its redirects not followed. */
  async send(url: string, { method = 'GET', form, from }: Sending = {}): Promise<Page> {
    const target = new URL(url);
    const site = siteOf(target, from);
    const body = method === 'POST' && from !== undefined ? this.#body(target, form, from) : undefined;
    const response = await fetch(target, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        // Every cookie on http is Lax, said or not: a POST from another site comes without it.
        cookie: site === 'cross-site' && method === 'POST' ? '' : this.#cookieHeader(target),
        'sec-fetch-site': site,
        'sec-fetch-mode': 'navigate',
      },
      ...(body === undefined ? {} : { body }),
    });
    this.#keepCookies(target, response.headers.getSetCookie());
    return {
      url: target.href,
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    };
  }

  async get(url: string): Promise<Page> {
    return this.#follow(await this.send(url));
  }

  /** Fills a form of the page and follows where it leads. */
  async submit(
    page: Page,
    action: string | RegExp,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const form = formsOf(page).find((candidate) =>
      typeof action === 'string' ? candidate.action === action : action.test(candidate.action),
    );
    if (form === undefined) throw new Error(`no form ${String(action)} on ${page.url}:\n${page.text}`);
    return this.post(
      new URL(form.action, page.url).href,
      { ...Object.fromEntries(form.fields), ...fields },
      page.url,
    );
  }

  /** A POST as a form of ours would send it. */
  async post(url: string, fields: Readonly<Record<string, string>>, from = url): Promise<Page> {
    const form = new Map(Object.entries(fields));
    return this.#follow(await this.send(url, { method: 'POST', form, from }));
  }

  cookiesOf(url: string): ReadonlyMap<string, string> {
    return this.#cookies.get(new URL(url).hostname) ?? new Map<string, string>();
  }

  setCookie(url: string, name: string, value: string): void {
    this.#jar(new URL(url)).set(name, value);
  }

  async #follow(page: Page): Promise<Page> {
    let current = page;
    for (let hops = 0; hops < 10; hops += 1) {
      const location = current.headers.get('location');
      if (current.status < 300 || current.status > 399 || location === null) return current;
      current = await this.send(new URL(location, current.url).href, { from: current.url });
    }
    throw new Error(`too many redirects, last to ${current.url}`);
  }

  /** What a form sends: Daypass's own say by a hidden field that they stand on a page of this session's. */
  #body(target: URL, form: ReadonlyMap<string, string> | undefined, from: string): URLSearchParams {
    const session = this.#jar(target).get('daypass-session');
    const isOurs = this.#signedInAt === target.origin && new URL(from).origin === target.origin;
    const token: [string, string][] =
      isOurs && session !== undefined ? [['csrfToken', csrfTokenOf(session)]] : [];
    return new URLSearchParams([...new Map([...token, ...(form ?? [])])]);
  }

  #jar({ hostname }: URL): Map<string, string> {
    const jar = this.#cookies.get(hostname) ?? new Map<string, string>();
    this.#cookies.set(hostname, jar);
    return jar;
  }

  #cookieHeader(url: URL): string {
    return [...this.#jar(url)].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keepCookies(url: URL, headers: readonly string[]): void {
    for (const header of headers) {
      const [pair = '', ...attributes] = header.split(';');
      const equals = pair.indexOf('=');
      const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
      const ended = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0');
      if (name === 'daypass-session') this.#signedInAt = url.origin;
      if (ended) this.#jar(url).delete(name);
      else this.#jar(url).set(name, value);
    }
  }
}

function siteOf(target: URL, from: string | undefined): string {
  if (from === undefined) return 'none';
  const source = new URL(from);
  if (source.origin === target.origin) return 'same-origin';
  return source.hostname === target.hostname ? 'same-site' : 'cross-site';
}

export function formsOf(page: Page): Form[] {
  return [...page.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', body = '']) => ({
    action: attribute(head, 'action') ?? page.url,
    fields: new Map(
      [...body.matchAll(/<input\b([^>]*)>/g)].flatMap(([, input = '']) => {
        const name = attribute(input, 'name');
        const chosen = !/type="(?:radio|checkbox)"/.test(input) || /\bchecked\b/.test(input);
        return name === undefined || !chosen ? [] : [[name, attribute(input, 'value') ?? ''] as const];
      }),
    ),
  }));
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&(#[0-9]+|#x[0-9a-f]+|[a-z]+);/gi, (_entity, code: string) => decoded(code));
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(code: string): string {
  if (!code.startsWith('#')) return NAMED[code] ?? '';
  return String.fromCodePoint(code[1] === 'x' ? Number.parseInt(code.slice(2), 16) : Number(code.slice(1)));
}
