/** A person's own sign-in sessions: seen and ended by them, and by nobody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { formsOf, HttpBrowser, type Page } from '../support/http-browser.ts';
import { copyOf, startSessionWorld, type SessionWorld } from '../support/session-world.ts';
import { codeOn } from '../support/sign-in-by-hand.ts';
import { recordedFor } from '../support/stored-audit.ts';

let world: SessionWorld;
beforeAll(async () => {
  world = await startSessionWorld();
});
afterAll(() => world.close());

let person = '';
let people = 0;
beforeEach(() => {
  people += 1;
  person = `person-${people}`;
  world.resetClock();
});

async function arrive(subject = person): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await world.byOpenId(browser, { claims: { sub: subject } });
  expect(await world.subjectOf(browser)).toBe(subject);
  return browser;
}

const list = (browser: HttpBrowser): Promise<Page> => browser.get(`${world.broker.baseUrl}/sessions`);
const END = /^\/sessions\/([0-9a-f]{32})\/end$/;
const endingsOn = (page: Page): string[] =>
  formsOf(page)
    .map(({ action }) => action)
    .filter((action) => END.test(action));
const tokenOn = (page: Page): string => formsOf(page)[0]?.fields.get('csrfToken') ?? '';
const stand = (browsers: readonly HttpBrowser[]): Promise<boolean[]> =>
  Promise.all(browsers.map(async (browser) => (await world.subjectOf(browser)) !== undefined));

/** As a form of ours posts, its redirect not followed. */
const postTo = (browser: HttpBrowser, path: string, csrfToken: string): Promise<Page> =>
  browser.send(world.broker.baseUrl + path, {
    method: 'POST',
    form: new Map([['csrfToken', csrfToken]]),
    from: `${world.broker.baseUrl}/sessions`,
  });

describe('the page of one’s sign-in sessions', () => {
  it('shows where and how one is signed in, and neither cookies nor what is kept of them', async () => {
    const [here, there] = [await arrive(), await arrive()];
    await arrive(`${person}-not`);
    const page = await list(here);
    expect(page.status).toBe(200);
    expect(page.text.match(/<li class="panel session/g)).toHaveLength(2);
    expect(page.text.match(/this browser/g)).toHaveLength(1);
    expect(page.text).toContain('127.0.0.1');
    expect(page.text).toContain('The OP');
    expect(page.text).toContain('less than a minute ago');
    for (const browser of [here, there]) {
      const cookie = browser.cookiesOf(world.broker.baseUrl).get('daypass-session') ?? 'none';
      expect(page.text).not.toContain(cookie);
      expect(page.text).not.toContain(sha256Hex(cookie));
    }
    expect(endingsOn(page)).toHaveLength(1);
  });

  it('is nobody’s who is not signed in', async () => {
    const page = await list(new HttpBrowser());
    expect(new URL(page.url).pathname).toBe('/sign-in');
  });

  it('is reached from every page', async () => {
    const page = await (await arrive()).get(`${world.broker.baseUrl}/`);
    expect(page.text).toContain('<a href="/sessions">');
  });

  it('ends another one at once, on record', async () => {
    const [here, there, third] = [await arrive(), await arrive(), await arrive()];
    // The two that this page offers to end are the others; both others' pages offer the third.
    const [ofHere, ofThere] = [endingsOn(await list(here)), endingsOn(await list(there))];
    const ending = ofHere.find((action) => ofThere.includes(action)) ?? '';
    const ended = await postTo(here, ending, tokenOn(await list(here)));
    expect([ended.status, ended.headers.get('location')]).toEqual([303, '/sessions']);
    expect(await stand([here, there, third])).toEqual([true, true, false]);
    expect(recordedFor(world.broker, ended)).toMatchObject([
      {
        name: 'session.revoked',
        principal: `user:op:${person}`,
        detail: { connector: 'op', cause: 'person', sessions: 1 },
      },
    ]);
  });

  it('ends all others, and leaves this one', async () => {
    const [here, ...others] = [await arrive(), await arrive(), await arrive()];
    const stranger = await arrive(`${person}-stranger`);
    const page = await postTo(here, '/sessions/end-others', tokenOn(await list(here)));
    expect([page.status, page.headers.get('location')]).toEqual([303, '/sessions']);
    expect(await stand([here, ...others, stranger])).toEqual([true, false, false, true]);
    expect(recordedFor(world.broker, page)).toMatchObject([
      { name: 'session.revoked', detail: { cause: 'person', sessions: 2 } },
    ]);
  });

  it('signs out where the one that is ended is this one', async () => {
    const [here, there] = [await arrive(), await arrive()];
    const [ending = ''] = endingsOn(await list(there));
    const page = await postTo(here, ending, tokenOn(await list(here)));
    expect([page.status, page.headers.get('location')]).toEqual([303, '/signed-out']);
    expect(page.headers.get('clear-site-data')).toBe('"cache"');
    expect([...here.cookiesOf(world.broker.baseUrl).keys()]).not.toContain('daypass-session');
    expect(await stand([here, there])).toEqual([false, true]);
  });

  it.each(['somebody else’s', 'one that does not exist', 'what is stored of one', 'junk'])(
    'W23: answers %s as nothing that is there',
    async (which) => {
      const [here, other, otherThere] = [await arrive(), await arrive('other'), await arrive('other')];
      const cookie = otherThere.cookiesOf(world.broker.baseUrl).get('daypass-session') ?? '';
      const path = {
        'somebody else’s': endingsOn(await list(other))[0] ?? '',
        'one that does not exist': `/sessions/${'0'.repeat(32)}/end`,
        'what is stored of one': `/sessions/${sha256Hex(cookie)}/end`,
        junk: `/sessions/%00%27or%201=1/end`,
      }[which];
      const page = await postTo(here, path ?? '', tokenOn(await list(here)));
      expect([page.status, codeOn(page)]).toEqual([404, 'request.not_found']);
      expect(await stand([here, other, otherThere])).toEqual([true, true, true]);
      expect(recordedFor(world.broker, page)).toEqual([]);
    },
  );

  it('W01: ends nothing by a link, from elsewhere, or without this session’s token', async () => {
    const [here, there] = [await arrive(), await arrive()];
    const [ending = ''] = endingsOn(await list(here));
    for (const path of [ending, '/sessions/end-others']) {
      const linked = await here.send(world.broker.baseUrl + path);
      expect([linked.status, linked.headers.get('allow')]).toEqual([405, 'POST']);
      expect(codeOn(await postTo(here, path, tokenOn(await list(there))))).toBe('request.csrf_token');
      const cookie = `daypass-session=${here.cookiesOf(world.broker.baseUrl).get('daypass-session') ?? ''}`;
      const foreign = await fetch(world.broker.baseUrl + path, {
        method: 'POST',
        headers: { cookie, 'sec-fetch-site': 'cross-site' },
        body: new URLSearchParams({ csrfToken: tokenOn(await list(here)) }),
      });
      expect(foreign.status).toBe(403);
    }
    expect(await stand([here, there])).toEqual([true, true]);
  });

  it('leads to a page after the next sign-in, where the session had ended before the press', async () => {
    const [here] = [await arrive(), await arrive()];
    const page = await list(here);
    expect(endingsOn(page)).not.toEqual([]);
    world.pass(2 * 3_600);
    for (const path of ['/sessions/end-others', endingsOn(page)[0] ?? '']) {
      const pressed = await postTo(here, path, tokenOn(page));
      expect([pressed.status, pressed.headers.get('location')]).toEqual([303, '/sign-in']);
    }
    const asked = await here.send(`${world.broker.baseUrl}/sessions`);
    expect(asked.headers.get('location')).toBe('/sign-in?returnTo=%2Fsessions');
  });

  it('W05: a request in flight does not bring back what was ended', async () => {
    const [here, there] = [await arrive(), await arrive()];
    world.pass(120);
    const token = tokenOn(await list(here));
    const uses = Array.from({ length: 10 }, () => world.subjectOf(copyOf(there, world.broker)));
    await Promise.all([postTo(here, '/sessions/end-others', token), ...uses]);
    world.pass(120);
    expect(await stand([here, there])).toEqual([true, false]);
    await world.broker.restart();
    expect(await stand([here, there])).toEqual([true, false]);
  });
});

describe('a new sign-in', () => {
  it('W03: ends the session that the browser had, also one that its answer’s POST did not bring along', async () => {
    const { baseUrl } = world.broker;
    const browser = new HttpBrowser();
    await world.bySaml(browser);
    const old = copyOf(browser, world.broker);
    const left = await browser.send(`${baseUrl}/sign-in/idp`);
    const form = new Map(Object.entries(world.idp.answer(new URL(left.headers.get('location') ?? ''))));
    // As another site's POST over https: the flow's cookie comes along, the session's does not.
    const crossing = new HttpBrowser();
    crossing.setCookie(baseUrl, 'daypass-flow', browser.cookiesOf(baseUrl).get('daypass-flow') ?? '');
    const page = await crossing.send(`${baseUrl}/saml/idp/acs`, { method: 'POST', form, from: baseUrl });
    expect(page.status).toBe(303);
    expect(await stand([old, crossing])).toEqual([false, true]);
    expect(recordedFor(world.broker, page)).toMatchObject([
      { name: 'sign-in.completed' },
      { name: 'session.revoked', detail: { connector: 'idp', cause: 'signed-in-again', sessions: 1 } },
    ]);
  });

  it('W03: leaves the old session alone when it fails', async () => {
    const { baseUrl } = world.broker;
    const browser = new HttpBrowser();
    await world.bySaml(browser);
    const left = await browser.send(`${baseUrl}/sign-in/idp`);
    const redirect = new URL(left.headers.get('location') ?? '');
    const form = new Map(Object.entries(world.idp.answer(redirect, { signs: 'none' })));
    const page = await browser.send(`${baseUrl}/saml/idp/acs`, { method: 'POST', form, from: baseUrl });
    expect(page.status).toBe(403);
    expect(await stand([browser])).toEqual([true]);
  });
});
