/** What the pages about roles answer to, beside what a browser's tests see of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

let broker: TestBroker;
let aheadMs = 0;

beforeAll(async () => {
  broker = await startTestBroker({ clock: { now: () => new Date(Date.now() + aheadMs) } });
});
afterAll(() => broker.close());

async function signedIn(person: string, connector: 'sandbox-saml' | 'sandbox-oidc'): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  return browser;
}

const options = ({ text }: Page): string[] =>
  [...text.matchAll(/<option value="(\d+)"/g)].map(([, seconds = '']) => seconds);

describe('GET /roles/{id}', () => {
  it('is about the mapping that is named, with its limits alone', async () => {
    const alex = await signedIn('alex.admin', 'sandbox-saml');
    const first = await alex.get(`${broker.baseUrl}/roles/production-readonly`);
    expect(options(first)).toContain('43200');
    expect(first.text).toContain('name="mapping" value="administrators-s3-saml"');
    expect(first.text).toContain('Deny statements only');
    const other = await alex.get(
      `${broker.baseUrl}/roles/production-readonly?mapping=engineering-production-saml`,
    );
    expect(options(other)).toEqual(['900', '3600', '14400']);
    expect(other.text).toContain('name="mapping" value="engineering-production-saml"');
    expect(other.text).not.toContain('Deny statements only');
  });

  it.each(['no-such-mapping', 'contractors-saml', '__proto__', '%00', '%3Cscript%3E'])(
    'refuses the mapping %s, which does not give the role',
    async (mapping) => {
      const alex = await signedIn('alex.admin', 'sandbox-saml');
      const page = await alex.get(`${broker.baseUrl}/roles/production-readonly?mapping=${mapping}`);
      expect(page.status).toBe(400);
      expect(page.text).toContain('mapping.not_found');
    },
  );

  it('offers no choice where one mapping alone gives the role', async () => {
    const erin = await signedIn('erin.engel', 'sandbox-saml');
    const page = await erin.get(`${broker.baseUrl}/roles/production-readonly`);
    expect(page.text).not.toContain('By which rule');
    expect(page.text).not.toContain('name="mapping"');
  });
});

describe('POST /roles/{id}/credentials with an ID token that has expired', () => {
  it('answers with a page that goes on to the same connector and back, and hands nothing out', async () => {
    const erin = await signedIn('erin.engel', 'sandbox-oidc');
    aheadMs = 15 * 60_000;
    const page = await erin.post(
      `${broker.baseUrl}/roles/development-data-analyst-own-token/credentials`,
      {},
    );
    aheadMs = 0;
    expect(page.status).toBe(401);
    const role = 'development-data-analyst-own-token';
    const back = `/sign-in/sandbox-oidc?for=${role}&amp;returnTo=%2Froles%2F${role}%3Fpurpose%3Dcredentials`;
    expect(page.text).toContain(`<meta http-equiv="refresh" content="0; url=${back}">`);
    expect(page.text).toContain(`href="${back}"`);
    expect(page.text).not.toContain('ASIA');
  });
});
