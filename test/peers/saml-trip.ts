/** The browser's part of a sign-in at a SAML provider that shows pages of its own. */
import { ApiClient } from '../support/api-client.ts';
import { formsOf, type HttpBrowser, type Page } from '../support/http-browser.ts';
import type { TestBroker } from '../support/start-test-broker.ts';

interface Me {
  readonly connector: string;
  readonly subject: string;
  readonly groups: readonly string[];
  readonly email?: string;
  readonly label: string;
}

export async function whoIs(
  browser: HttpBrowser,
  { baseUrl }: Pick<TestBroker, 'baseUrl'>,
): Promise<Me | undefined> {
  const { status, body } = await ApiClient.ofBrowser(browser, baseUrl).get<Me>('/api/v1/me');
  return status === 200 ? body : undefined;
}

/** Submits what scripts would submit, for as long as a page holds a message for somebody. */
export async function carryOn(browser: HttpBrowser, page: Page): Promise<Page> {
  let current = page;
  for (let posts = 0; posts < 4; posts += 1) {
    const form = formsOf(current).find(
      ({ fields }) => fields.has('SAMLResponse') || fields.has('SAMLRequest'),
    );
    if (form === undefined) return current;
    current = await browser.submit(current, form.action);
  }
  return current;
}
