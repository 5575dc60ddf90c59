/** A person's session as an attacker's page would ride it: raw requests with the cookie, and what comes back. */
import { HttpBrowser } from '../../support/http-browser.ts';
import { signIn, type TestBroker } from '../../support/start-test-broker.ts';

export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The stable code of a refusal, in whichever form the door speaks. */
  readonly code: string | undefined;
}

async function seen(response: Response): Promise<Seen> {
  const text = await response.text();
  const code = /<code>([a-z_]+\.[a-z_]+)<\/code>/.exec(text) ?? /"code":"([a-z_]+\.[a-z_]+)"/.exec(text);
  return { status: response.status, headers: response.headers, text, code: code?.[1] };
}

export async function signedInBrowser(broker: TestBroker, person = 'erin.engel'): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector: 'sandbox-saml' });
  return browser;
}

export function cookieOf(browser: HttpBrowser, broker: TestBroker): string {
  return [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
}

/** A request with nothing but what it is given: no redirect followed, no header added. */
export async function ask(broker: TestBroker, path: string, init: RequestInit = {}): Promise<Seen> {
  return seen(await fetch(broker.baseUrl + path, { redirect: 'manual', ...init }));
}
