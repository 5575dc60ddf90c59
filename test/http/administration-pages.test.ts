import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitAs, withAdministrators } from '../support/administrators.ts';
import { formsOf, HttpBrowser, type Page } from '../support/http-browser.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const SECTIONS = ['mappings', 'roles', 'accounts', 'connectors', 'applications', 'administrators'];

let broker: TestBroker;
let alex: HttpBrowser;
let erin: HttpBrowser;
let nora: HttpBrowser;

beforeAll(async () => {
  broker = await startTestBroker({
    access: withAdministrators,
  });
  [alex, erin, nora] = await Promise.all([
    visitAs(broker, 'alex.admin'),
    visitAs(broker, 'erin.engel'),
    visitAs(broker, 'nora.quinn'),
  ]);
});
afterAll(() => broker.close());

const open = (browser: HttpBrowser, path: string): Promise<Page> => browser.get(`${broker.baseUrl}${path}`);

describe('the administration’s pages', () => {
  it('show administrators the way, and strangers nothing, whatever they ask for and send', async () => {
    expect((await open(alex, '/')).text).toContain('href="/admin"');
    const stranger = await visitAs(broker, 'erin.engel', 'sandbox-oidc');
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

const MAPPING = {
  do: 'preview',
  id: 'engineers-support',
  connector: 'sandbox-saml',
  groups: 'engineering\r\n two  spaces ',
  'roles.ids': 'production-support-operator',
  note: 'Line one\r\nline two',
};

describe('a change by forms', () => {
  const NEW = '/admin/new/mappings';

  async function fill(
    browser: HttpBrowser,
    path: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<Page> {
    const form = await open(browser, path);
    return browser.post(form.url, { version: hidden(form, 'version'), ...fields });
  }

  /** Presses a preview’s own button. */
  async function apply(
    browser: HttpBrowser,
    preview: Page,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const form = formsOf(preview).find(({ action }) => /\/(?:change|restore)$/.test(action));
    if (form === undefined) throw new Error(preview.text);
    const url = new URL(form.action, preview.url).href;
    return browser.post(
      url,
      { ...Object.fromEntries(form.fields), do: 'apply', reason: 'a test', ...fields },
      preview.url,
    );
  }

  const version = async (): Promise<string> => hidden(await open(alex, NEW), 'version');

  it('shows whom it reaches, asks why, makes it as it was shown, and takes it back', async () => {
    const before = Number(await version());
    const preview = await fill(alex, NEW, MAPPING);
    expect(preview.status).toBe(200);
    expect(preview.text).toMatch(/Support operator in Example Production to 2 people/);
    expect(preview.text).toContain('Erin Engel');
    const unreasoned = await apply(alex, preview, { reason: ' ' });
    expect([unreasoned.status, unreasoned.text.includes('Say why')]).toEqual([400, true]);
    expect(await version()).toBe(String(before));

    const applied = await apply(alex, unreasoned);
    expect(applied.url).toBe(`${broker.baseUrl}/admin/versions/${before + 1}`);
    expect(applied.text).toContain('a test');
    const made = await open(alex, '/admin/mappings/engineers-support');
    expect(made.text).toContain('>\nengineering\n two  spaces </textarea>');
    expect(made.text).toContain('>\nLine one\nline two</textarea>');

    const earlier = await open(alex, `/admin/versions/${before}`);
    const back = await alex.submit(earlier, /\/restore$/);
    expect(back.text).toMatch(/Support operator in Example Production from 2 people/);
    expect((await apply(alex, back)).url).toBe(`${broker.baseUrl}/admin/versions/${before + 2}`);
    expect((await open(alex, '/admin/mappings/engineers-support')).status).toBe(404);
  });

  it('leaves every entry as it is when its form is sent as it was shown', async () => {
    const lists = await Promise.all(SECTIONS.map((section) => open(alex, `/admin/${section}`)));
    const hrefs = lists.flatMap(({ text }) =>
      [...text.matchAll(/class="name" href="(\/admin\/[^"]+)"/g)].map(([, href = '']) => href),
    );
    expect(hrefs.length).toBeGreaterThan(40);
    for (const href of hrefs) {
      const page = await open(alex, href);
      const preview = await alex.post(page.url, { ...shownIn(page), do: 'preview' });
      expect([href, preview.status, preview.text.includes('<p>Nothing.</p>')]).toEqual([href, 200, true]);
    }
  });

  it('A22: tells that somebody else was first, and keeps what was typed', async () => {
    const opened = await version();
    const preview = await fill(alex, NEW, { ...MAPPING, id: 'second' });
    await apply(alex, await fill(alex, NEW, { ...MAPPING, id: 'first' }));
    const late = await apply(alex, preview, { reason: 'my own reason' });
    expect(late.status).toBe(412);
    expect(late.text).toContain('Somebody else changed the catalogue');
    expect(late.text).toContain('value="my own reason"');
    expect((await open(alex, '/admin/mappings/second')).status).toBe(404);
    const stale = await alex.post(`${broker.baseUrl}${NEW}`, { ...MAPPING, id: 'third', version: opened });
    expect(stale.status).toBe(412);
    expect(stale.text).toContain('value="third"');
    const again = await alex.post(stale.url, { ...shownIn(stale), do: 'preview' });
    expect([again.status, again.text.includes('to 2 people')]).toEqual([200, false]);
    expect((await apply(alex, late)).status).toBe(200);
  });

  it('W13: refuses fields that no form has, and edits that no preview made', async () => {
    const before = await version();
    for (const stranger of ['isAdmin', 'roles', 'constructor', 'limits.force', 'id:json:json']) {
      const page = await fill(alex, NEW, { ...MAPPING, [stranger]: 'x' });
      expect([stranger, page.status]).toEqual([stranger, 400]);
    }
    for (const edit of [
      '',
      '{',
      '[]',
      '{"list":"people"}',
      '{"list":"mappings","id":"x","force":true}',
      '['.repeat(9_000),
    ]) {
      const page = await alex.post(`${broker.baseUrl}/admin/change`, {
        edit,
        version: before,
        do: 'apply',
        reason: 'x',
      });
      expect([edit.slice(0, 40), page.status]).toEqual([edit.slice(0, 40), 400]);
    }
    const evil = JSON.stringify({ list: 'mappings', entry: { id: 'evil', isAdmin: true } });
    const page = await alex.post(`${broker.baseUrl}/admin/change`, {
      edit: evil,
      version: before,
      do: 'apply',
      reason: 'x',
    });
    expect(page.status).toBe(400);
    expect(await version()).toBe(before);
  });

  it('shows every mistake at its field, and loses nothing that was typed', async () => {
    const page = await fill(alex, NEW, {
      ...MAPPING,
      id: 'Not an id',
      'roles.ids': 'no-such-role',
      'limits.sessionPolicy': '{ "Version": "2012-10-17",\r\n  "Statement": [ oops ] }',
      attributes: 'department',
      'limits.maximumDurationSeconds': 'an hour',
    });
    expect(page.status).toBe(400);
    for (const field of ['attributes', 'limits-sessionPolicy', 'limits-maximumDurationSeconds']) {
      expect(page.text).toContain(`href="#field-${field}"`);
      expect(page.text).toContain(`id="field-${field}-mistake"`);
    }
    expect(page.text).toContain('line 2, column');
    expect(page.text).toContain('oops');
    expect(page.text).toContain('value="Not an id"');
    const next = await fill(alex, NEW, { ...MAPPING, id: 'Not an id', 'roles.ids': '' });
    for (const field of ['id']) expect(next.text).toContain(`id="field-${field}-mistake"`);
  });

  it('finds groups, roles and accounts to tick, and keeps the rest of the form', async () => {
    const page = await fill(alex, NEW, { ...MAPPING, do: 'find', find: 'tools cost', id: 'typed' });
    expect(page.text).toContain('value="tools-cost-reader"');
    expect(page.text).not.toContain('value="development-readonly"');
    expect(page.text).toContain('value="typed"');
    const all = await fill(alex, NEW, { do: 'find' });
    expect(all.text).toMatch(/type="checkbox" name="groups" value="engineering"/);
  });

  it('A06: lets an administrator of some accounts do by forms what they may, and nothing else', async () => {
    const own = await fill(erin, NEW, { ...MAPPING, id: 'erins', 'roles.ids': 'development-data-analyst' });
    expect((await apply(erin, own)).text).toContain('user:sandbox-saml:erin.engel');
    const outside = await fill(erin, NEW, { ...MAPPING, id: 'outside' });
    expect(outside.text).toContain('outside the accounts you may change');
    expect(outside.text).not.toContain('value="apply"');
    expect((await apply(erin, outside)).status).toBe(403);
    const foreign = await open(erin, '/admin/roles/production-developer');
    expect(foreign.text).toMatch(/<fieldset class="stack" disabled/);
    expect(foreign.text).not.toContain('value="remove"');
    const removed = await fill(erin, '/admin/roles/production-developer', { do: 'remove' });
    expect((await apply(erin, removed)).status).toBeGreaterThanOrEqual(400);
    const suggested = await open(erin, NEW);
    expect(suggested.text).not.toContain('value="production-developer"');
    const accounts = await fill(erin, '/admin/new/accounts', {
      do: 'preview',
      id: '999988887777',
      name: 'Mine',
    });
    expect((await apply(erin, accounts)).status).toBe(403);
    const back = await erin.post(`${broker.baseUrl}/admin/versions/1/restore`, {
      version: await version(),
      do: 'apply',
      reason: 'x',
    });
    expect(back.status).toBe(403);
    const reading = await fill(nora, NEW, { ...MAPPING, id: 'noras' });
    expect((await apply(nora, reading)).status).toBe(403);
  });

  it('W01: takes no form that another page made', async () => {
    const before = await version();
    for (const path of [
      NEW,
      '/admin/change',
      '/admin/versions/1/restore',
      '/admin/mappings/billing-report',
    ]) {
      const bare = { ...MAPPING, version: before, do: 'apply', reason: 'x' };
      const without = await alex.post(`${broker.baseUrl}${path}`, { ...bare, csrfToken: 'x' });
      expect([path, without.status]).toEqual([path, 403]);
      const elsewhere = await alex.post(`${broker.baseUrl}${path}`, bare, 'https://evil.example/');
      expect([path, elsewhere.status]).not.toEqual([path, 200]);
    }
    expect(await version()).toBe(before);
  });

  it('says what a removal would break, and offers no way to do it', async () => {
    const page = await fill(alex, '/admin/accounts/222233334444', { do: 'remove' });
    expect(page.status).toBe(400);
    expect(page.text).toContain('there is no account &#34;222233334444&#34;');
    expect(page.text).not.toContain('value="apply"');
  });
});

function hidden(page: Page, name: string): string {
  const value = formsOf(page)
    .map(({ fields }) => fields.get(name))
    .find((each) => each !== undefined);
  if (value === undefined) throw new Error(`no ${name} on ${page.url}:\n${page.text}`);
  return value;
}

/** What a browser would send of the entry’s form. */
function shownIn(page: Page): Record<string, string> {
  const [form = ''] = /<form class="stack"[\s\S]*?<\/form>/.exec(page.text) ?? [];
  const fields: [string, string][] = [
    ...[...form.matchAll(/<input\b(?![^>]*checkbox)[^>]* name="([^"]+)" value="([^"]*)"/g)].map(pairOf),
    ...[...form.matchAll(/<textarea\b[^>]* name="([^"]+)"[^>]*>\n([^<]*)<\/textarea>/g)].map(pairOf),
    ...[...form.matchAll(/<select\b[^>]* name="([^"]+)"[\s\S]*?<\/select>/g)].map(
      ([select, name = '']): [string, string] => [
        name,
        unescaped(/value="([^"]*)" selected/.exec(select)?.[1] ?? ''),
      ],
    ),
  ];
  return Object.fromEntries(fields);
}

function pairOf([, name = '', value = '']: RegExpExecArray): [string, string] {
  return [name, unescaped(value)];
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&#34;': '"',
    '&#39;': "'",
    '&lt;': '<',
    '&gt;': '>',
    '&amp;': '&',
  };
  return text.replaceAll(/&(?:#34|#39|lt|gt|amp);/g, (entity) => named[entity] ?? entity);
}

/** What differs between any two pages. */
function withoutIds({ text }: Page): string {
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
}
