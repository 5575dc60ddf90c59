import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitAs, withAdministrators } from '../support/administrators.ts';
import type { HttpBrowser } from '../support/http-browser.ts';
import { formsOf, type Page } from '../support/http-browser.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

let broker: TestBroker;
let alex: HttpBrowser;
let erin: HttpBrowser;
let stranger: HttpBrowser;
let erinPath: string;

beforeAll(async () => {
  broker = await startTestBroker({
    access: withAdministrators,
  });
  [alex, erin, stranger] = await Promise.all([
    visitAs(broker, 'alex.admin'),
    visitAs(broker, 'erin.engel'),
    visitAs(broker, 'priya.nair'),
  ]);
  const list = await open(alex, '/admin/people?q=erin');
  erinPath = /href="(\/admin\/people\/[^"?]+)"/.exec(list.text)?.[1] ?? '';
});
afterAll(() => broker.close());

const open = (browser: HttpBrowser, path: string): Promise<Page> => browser.get(`${broker.baseUrl}${path}`);

const pathOf = ({ url }: Page): string => new URL(url).pathname;

const actionsOf = (page: Page): readonly string[] =>
  formsOf(page)
    .map(({ action }) => new URL(action, broker.baseUrl).pathname)
    .filter((path) => path.startsWith('/admin/people/'));

describe('the pages about people', () => {
  it('are nothing to strangers, whatever they open and send', async () => {
    for (const path of ['/admin/people', erinPath, '/admin/explain?role=production-readonly'])
      expect((await open(stranger, path)).status).toBe(404);
    const posted = await stranger.post(`${broker.baseUrl}${erinPath}/disable`, { reason: 'mine' });
    expect(posted.status).toBe(404);
    expect((await open(erin, '/admin/people')).status).toBe(200);
  });

  it('A06: offer whoever may change some accounts alone nothing to end, and refuse what they send all the same', async () => {
    const page = await open(erin, erinPath);
    expect(page.status).toBe(200);
    expect(actionsOf(page)).toEqual([]);
    expect(page.text).toContain('You may see people');
    const csrfToken = /name="csrfToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const sent = await erin.post(`${broker.baseUrl}${erinPath}/sessions/end`, { csrfToken });
    expect(sent.status).toBe(403);
    expect((await open(erin, '/')).status).toBe(200);
  });

  it('W23: end a session by the address of its own person alone', async () => {
    const ends = actionsOf(await open(alex, erinPath)).filter((path) => /\/sessions\/[^/]+\/end$/.test(path));
    expect(ends).toHaveLength(1);
    const session = ends[0]?.split('/').at(-2) ?? '';
    const page = await open(alex, '/admin/people?q=priya');
    const priya = /href="(\/admin\/people\/[^"?]+)"/.exec(page.text)?.[1] ?? '';
    const csrfToken = /name="csrfToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const foreign = await alex.post(`${broker.baseUrl}${priya}/sessions/${session}/end`, { csrfToken });
    expect(foreign.status).toBe(404);
    expect(pathOf(await open(erin, '/'))).toBe('/');
    const back = await alex.post(`${broker.baseUrl}${ends[0] ?? ''}`, { csrfToken });
    expect(pathOf(back)).toBe(erinPath);
    expect(pathOf(await open(erin, '/'))).toBe('/sign-in');
    erin = await visitAs(broker, 'erin.engel');
  });

  it('refuse a change without a reason, and keep what was asked of an explanation that has a mistake', async () => {
    const page = await open(alex, erinPath);
    const csrfToken = /name="csrfToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect((await alex.post(`${broker.baseUrl}${erinPath}/disable`, { csrfToken })).status).toBe(400);
    const fields = { csrfToken, role: 'production-readonly', who: 'groups', attributes: 'no equals sign' };
    const answer = await alex.post(`${broker.baseUrl}/admin/explain`, { ...fields, groups: 'one\r\ntwo' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Write attributes as name=value.');
    expect(answer.text).toContain('no equals sign</textarea>');
    expect(answer.text).toContain('one\r\ntwo</textarea>');
  });

  it('explain somebody’s role from their own page, with the trust that AWS needs', async () => {
    const person = decodeURIComponent(erinPath.split('/').at(-1) ?? '');
    const explained = await open(alex, `/admin/explain?person=${person}&role=production-readonly`);
    expect(explained.text).toContain('Permitted, by the mapping “engineering-production-saml”');
    expect(explained.text).toContain('saml-provider/daypass sts:AssumeRoleWithSAML');
    const unknown = await open(alex, '/admin/explain?person=nobody&role=production-readonly');
    expect(unknown.status).toBe(404);
    const application = await open(
      alex,
      '/admin/explain?who=application&application=x&role=production-readonly',
    );
    expect(application.text).toContain('There is no such application.');
  });
});
