/** A sign-in stopped right before its answer reaches the broker, so that a test can hand in something else. */
import { formsOf, type HttpBrowser, type Page } from './http-browser.ts';
import type { TestBroker } from './start-test-broker.ts';

export interface Visit {
  /** Any of the catalogue's connectors. */
  readonly connector: string;
  /** Nobody: the visitor declines. */
  readonly person?: string;
  readonly returnTo?: string;
}

export interface SamlAnswer {
  readonly url: string;
  /** The identity provider's page that posts it. */
  readonly from: string;
  readonly SAMLResponse: string;
  readonly RelayState: string;
}

type Door = Pick<TestBroker, 'baseUrl'>;

/** @returns the identity provider's page that asks who one is. */
export function leave(browser: HttpBrowser, { baseUrl }: Door, visit: Visit): Promise<Page> {
  const query = visit.returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(visit.returnTo)}`;
  return browser.get(`${baseUrl}/sign-in/${visit.connector}${query}`);
}

export async function samlAnswer(browser: HttpBrowser, door: Door, visit: Visit): Promise<SamlAnswer> {
  const page = await browser.submit(await leave(browser, door, visit), /./, { person: visit.person ?? '' });
  const form = formsOf(page).find(({ fields }) => fields.has('SAMLResponse'));
  if (form === undefined) throw new Error(`no answer on ${page.url}: ${page.status}`);
  const value = (name: string): string => form.fields.get(name) ?? '';
  return {
    url: form.action,
    from: page.url,
    SAMLResponse: value('SAMLResponse'),
    RelayState: value('RelayState'),
  };
}

/** Posts as the identity provider's page does; redirects are not followed. */
export function post(browser: HttpBrowser, answer: SamlAnswer): Promise<Page> {
  const { url, from, SAMLResponse, RelayState } = answer;
  const form = new Map(Object.entries({ SAMLResponse, RelayState }));
  return browser.send(url, { method: 'POST', form, from });
}

/** @returns the address of ours that the provider sends the browser to, with code and state. */
export async function openIdAnswer(browser: HttpBrowser, door: Door, visit: Visit): Promise<string> {
  const choosing = await leave(browser, door, visit);
  const [form] = formsOf(choosing);
  if (form === undefined) throw new Error(`no form on ${choosing.url}: ${choosing.status}`);
  const answered = await browser.send(new URL(form.action, choosing.url).href, {
    method: 'POST',
    form: new Map([...form.fields, ['person', visit.person ?? '']]),
    from: choosing.url,
  });
  return answered.headers.get('location') ?? '';
}

/** The stable code that an error page shows. */
export function codeOn(page: Page): string | undefined {
  return /<code>([a-z_]+(?:\.[a-z_]+)?)<\/code>/.exec(page.text)?.[1];
}
