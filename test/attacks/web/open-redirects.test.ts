/** W11: wherever a request says where to go next, it goes to a path of ours or nowhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localPath } from '../../../src/lib/local-path.ts';
import { HttpBrowser } from '../../support/http-browser.ts';
import { leave, samlAnswer } from '../../support/sign-in-by-hand.ts';
import { continueAs, startTestBroker, type TestBroker } from '../../support/start-test-broker.ts';
import { ask, cookieOf, signedInBrowser } from './signed-in.ts';

let broker: TestBroker;
let cookie: string;

beforeAll(async () => {
  broker = await startTestBroker();
  cookie = cookieOf(await signedInBrowser(broker), broker);
});
afterAll(() => broker.close());

const HOSTS = [
  'evil.example',
  'evil.example%2f',
  'localhost@evil.example',
  'evil.example:80',
  '①②③.example',
  '0x7f.1',
];
const STARTS = [
  '//',
  '///',
  '////',
  '/\\',
  '\\/',
  '\\\\',
  '/\\/',
  '/%09/',
  '/\t/',
  '\t//',
  '/%5c',
  '/%2f%2f',
  '/./',
  '/..//',
  '/.//',
  '/x/..//',
  '/;/',
  '/?//',
  'http:',
  'https:',
  'http://',
  'https://',
  'https:/',
  'https:\\\\',
  'HTTPS://',
  ' https://',
  '\u0000https://',
  'ht\ttps://',
  'javascript:',
  'javascript://',
  'java\nscript:',
  'data:text/html,',
  'vbscript:',
  'blob:',
  'file://',
  'ftp://',
  '//[::1]@',
  '//%00@',
  '/\u00a0/',
  '/\u2028/',
  '／／',
  '/\u3002/',
  '\u202e//',
  '〱//',
  '.',
  '..',
  '@',
  ':',
  '%0d%0aLocation:%20//',
  '/%0d%0aLocation:%20//',
  '/\r\nLocation: //',
  '/%E0%80%AF',
  '//google.com%23@',
  'https://localhost.',
  '/../',
  '/%2e%2e//',
  '/%2e/%2e//',
  '/a/../../\\',
];
const CORPUS = STARTS.flatMap((start) => HOSTS.map((host) => `${start}${host}`)).concat(
  STARTS.map((start) => `${start}evil.example/%2f..`),
  STARTS.map((start) => `/roles/x?returnTo=${start}evil.example`),
);

/** Where a browser that is on a page of ours ends up. */
function landsWithUs(location: string): boolean {
  return (
    URL.canParse(location, broker.baseUrl) && new URL(location, broker.baseUrl).origin === broker.baseUrl
  );
}

describe('W11: an address to go back to', () => {
  it('is a path of ours, whichever of several hundred tricks it tries', () => {
    expect(CORPUS.length).toBeGreaterThan(450);
    for (const text of CORPUS) {
      const path = localPath(text, broker.baseUrl);
      expect(path, text).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
      expect(landsWithUs(path), text).toBe(true);
      // Nothing changes its meaning when it is read once more, or decoded by somebody on the way.
      expect(localPath(path, broker.baseUrl), text).toBe(path);
    }
  });

  it.each([['/roles/x'], ['/roles/x?mapping=y'], ['/?q=a%20b'], ['/sessions']])(
    'that is one is kept: %s',
    (path) => {
      expect(localPath(path, broker.baseUrl)).toBe(path);
    },
  );

  it('appears on the page of connectors only as one', async () => {
    for (const text of CORPUS) {
      const page = await ask(broker, `/sign-in?returnTo=${encodeURIComponent(text)}`);
      expect([text, page.status]).toEqual([text, 200]);
      for (const [, href = ''] of page.text.matchAll(/href="(\/sign-in\/[^"]*)"/g)) {
        const query = new URL(href.replaceAll('&amp;', '&'), broker.baseUrl).searchParams;
        expect(landsWithUs(query.get('returnTo') ?? '/'), text).toBe(true);
      }
    }
  });

  it('leads there after a whole sign-in', { timeout: 60_000 }, async () => {
    // Every twentieth of them goes all the way, by both protocols.
    for (const [index, returnTo] of CORPUS.filter((_text, at) => at % 20 === 0).entries()) {
      const browser = new HttpBrowser();
      const connector = index % 2 === 0 ? 'sandbox-saml' : 'sandbox-oidc';
      const page = await continueAs(
        browser,
        await leave(browser, broker, { connector, returnTo }),
        'erin.engel',
      );
      expect([returnTo, new URL(page.url).origin]).toEqual([returnTo, broker.baseUrl]);
    }
  });

  it('is not taken from RelayState', async () => {
    for (const RelayState of CORPUS.filter((_text, at) => at % 8 === 0)) {
      const browser = new HttpBrowser();
      const answer = await samlAnswer(browser, broker, { connector: 'sandbox-saml', person: 'erin.engel' });
      const { SAMLResponse, url, from } = answer;
      const page = await browser.send(url, {
        method: 'POST',
        form: new Map([
          ['SAMLResponse', SAMLResponse],
          ['RelayState', RelayState],
        ]),
        from,
      });
      expect([RelayState, page.status]).toEqual([RelayState, expect.toBeOneOf([400, 403, 413])]);
      expect(page.headers.get('location')).toBeNull();
    }
  });

  it('is not taken from anything else that names one', async () => {
    const NAMES = [
      'next',
      'url',
      'redirect',
      'redirect_uri',
      'post_logout_redirect_uri',
      'target',
      'continue',
      'RelayState',
      'state',
      'q',
      'mapping',
    ];
    for (const path of [
      '/',
      '/signed-out',
      '/sign-in',
      '/roles/development-developer',
      '/roles/development-developer/console',
    ]) {
      const query = NAMES.map((name) => `${name}=${encodeURIComponent('//evil.example')}`).join('&');
      const answer = await ask(broker, `${path}?${query}`, { headers: { cookie } });
      expect(landsWithUs(answer.headers.get('location') ?? '/')).toBe(true);
      expect(answer.text).not.toMatch(/(?:href|action|src|url)="?[^" ]*\/\/evil\.example/);
      expect(answer.headers.get('refresh') ?? '').not.toContain('evil');
    }
  });

  it('in a path without a session becomes a path of ours too', async () => {
    for (const text of CORPUS.filter((text) => text.startsWith('/') && !/[^\x21-\x7e]/.test(text))) {
      const answer = await fetch(broker.baseUrl + text, { redirect: 'manual' }).catch(() => undefined);
      const location = answer?.headers.get('location');
      if (location !== null && location !== undefined) expect(landsWithUs(location), text).toBe(true);
    }
  });
});
