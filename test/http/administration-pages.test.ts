import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const DEVELOPMENT = '222233334444';
const SECTIONS = ['mappings', 'roles', 'accounts', 'connectors', 'applications', 'administrators'];

let broker: TestBroker;
let alex: HttpBrowser;
let erin: HttpBrowser;
let nora: HttpBrowser;

beforeAll(async () => {
  broker = await startTestBroker({
    access: (sandbox) => ({
      ...sandbox,
      administrators: [
        ...(sandbox.administrators ?? []),
        { connector: 'sandbox-saml', users: ['erin.engel'], accounts: [DEVELOPMENT] },
        { connector: 'sandbox-saml', users: ['nora.quinn'], may: 'read' },
      ],
    }),
  });
  [alex, erin, nora] = await Promise.all([visit('alex.admin'), visit('erin.engel'), visit('nora.quinn')]);
});
afterAll(() => broker.close());

async function visit(
  person: string,
  connector: 'sandbox-saml' | 'sandbox-oidc' = 'sandbox-saml',
): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  return browser;
}

const open = (browser: HttpBrowser, path: string): Promise<Page> => browser.get(`${broker.baseUrl}${path}`);

describe('the administration’s pages', () => {
  it('show administrators the way, and strangers nothing, whatever they ask for and send', async () => {
    expect((await open(alex, '/')).text).toContain('href="/admin"');
    const stranger = await visit('erin.engel', 'sandbox-oidc');
    expect((await open(stranger, '/')).text).not.toContain('/admin');
    const nowhere = await open(stranger, '/nowhere');
    for (const path of [
      '/admin',
      '/Admin/roles',
      '/admin/mappings/none',
      '/admin/nothing',
      '/admin/%2e%2e/x',
    ]) {
      const page = await open(stranger, path);
      expect([path, page.status]).toEqual([path, 404]);
      expect(withoutIds(page)).toBe(withoutIds(nowhere));
    }
    const posted = await stranger.post(`${broker.baseUrl}/admin/new/mappings`, {
      large: 'x'.repeat(3_000_000),
    });
    expect(posted.status).toBe(404);
    const nobody = await new HttpBrowser().send(`${broker.baseUrl}/admin/roles`);
    expect(nobody.headers.get('location')).toBe('/sign-in?returnTo=%2Fadmin%2Froles');
  });

  it('list everything that there is, found by any word of it, to whoever may read', async () => {
    for (const browser of [alex, erin, nora]) {
      for (const section of SECTIONS) {
        const page = await open(browser, `/admin/${section}`);
        expect([section, page.status]).toEqual([section, 200]);
        expect(page.text).toContain('aria-current="page"');
      }
    }
    const found = await open(alex, '/admin/roles?q=Example+Production+operator');
    expect(found.text).toContain('href="/admin/roles/production-ec2-operator"');
    expect(found.text).not.toContain('development-readonly');
    expect((await open(alex, '/admin/mappings?q=no-such-thing')).text).toContain('0 of ');
    expect((await open(alex, '/admin/roles?page=-7&q=%00')).status).toBe(200);
  });

  it('offer to add only what an administrator may add', async () => {
    const offered = async (browser: HttpBrowser): Promise<string[]> => {
      const pages = await Promise.all(SECTIONS.map((section) => open(browser, `/admin/${section}`)));
      return SECTIONS.filter((section, index) => pages[index]?.text.includes(`/admin/new/${section}`));
    };
    expect(await offered(alex)).toEqual(SECTIONS);
    expect(await offered(erin)).toEqual(['mappings', 'roles']);
    expect(await offered(nora)).toEqual([]);
  });
});

/** What differs between any two pages. */
function withoutIds({ text }: Page): string {
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
}
