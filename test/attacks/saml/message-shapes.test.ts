/** What is posted in a victim's sign-in and is no message at all: refused, and the victim's sign-in goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64 } from '../../support/fake-saml-idp.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { whoIs } from '../attack-world.ts';
import {
  CONNECTOR,
  attackedConnector,
  expectAttackRefused,
  expectGenuine,
  type AttackedConnector,
} from './attacked-connector.ts';
import { SAMLP } from './edit-xml.ts';
import type { Codes } from './mutation.ts';

let target: AttackedConnector;
beforeAll(async () => {
  target = await attackedConnector({ mode: 'assertion' });
});
afterAll(() => target.close());

const MALFORMED: Codes = ['saml.malformed'];
const ENCODING: Codes = ['saml.encoding'];
const bytes = (...values: number[]): string => Buffer.from(values).toString('base64');
const wide = (text: string): string => Buffer.from(`\ufeff${text}`, 'utf16le').toString('base64');

const MESSAGES: readonly (readonly [name: string, message: string, codes: Codes])[] = [
  ['nothing', '', MALFORMED],
  ['no base64', '<samlp:Response/>', MALFORMED],
  ['base64url', base64('<a>???>>>~~~</a>').replaceAll('+', '-').replaceAll('/', '_') + '-_', MALFORMED],
  ['blanks in base64', `${base64('<a/>')} `, MALFORMED],
  ['base64 that is cut', base64('<a/>').slice(0, -1), MALFORMED],
  ['padding in the middle', `PGE=${base64('<a/>')}`, MALFORMED],
  ['base64 of base64', base64(base64('<a/>')), MALFORMED],
  ['invalid UTF-8', bytes(0x3c, 0xff, 0x3e), ENCODING],
  ['an overlong “<”', bytes(0xc0, 0xbc, 0x61, 0x2f, 0x3e), ENCODING],
  ['a surrogate’s half', bytes(0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80, 0x3c, 0x2f, 0x61, 0x3e), ENCODING],
  ['UTF-16', wide('<a/>'), ENCODING],
  ['a byte order mark', base64('\ufeff<a/>'), ENCODING],
  ['UTF-7 by declaration', base64('<?xml version="1.0" encoding="UTF-7"?><a/>'), ENCODING],
  ['UTF-16 by declaration', base64('<?xml version="1.0" encoding="UTF-16"?><a/>'), ENCODING],
  ['text', base64('hello'), MALFORMED],
  ['JSON', base64('{"subject":"ann"}'), MALFORMED],
  ['a page', base64('<html/>'), MALFORMED],
  ['a NUL', base64('<a>\u0000</a>'), MALFORMED],
  ['an unclosed element', base64('<a><b></a>'), MALFORMED],
  ['an attribute twice', base64('<a x="1" x="2"/>'), MALFORMED],
  ['an attribute without quotes', base64('<a x=1/>'), MALFORMED],
  ['an unknown prefix', base64('<a:b/>'), MALFORMED],
  ['text after the root', base64('<a/>b'), MALFORMED],
  ['a no-break space after the root', base64('<a/>\u00a0'), MALFORMED],
  ['a response of no namespace', base64('<Response/>'), MALFORMED],
  ['a logout request', base64(`<samlp:LogoutRequest xmlns:samlp="${SAMLP}"/>`), MALFORMED],
  ['a response and nothing in it', base64(`<samlp:Response xmlns:samlp="${SAMLP}"/>`), ['saml.status']],
];

describe('a message that is none', () => {
  it.each(MESSAGES)('S30, S36: %s', async (_name, SAMLResponse, codes) => {
    const departure = await target.leave();
    const page = await departure.post({ SAMLResponse, RelayState: departure.request.relayState });
    await expectAttackRefused(target, departure, page, codes);
    await expectGenuine(target, departure);
  });

  it.each([
    ['an array', (form: URLSearchParams) => form.append('SAMLResponse', 'x')],
    [
      'an object',
      (form: URLSearchParams) => {
        form.set('SAMLResponse[a]', form.get('SAMLResponse') ?? '');
        form.delete('SAMLResponse');
      },
    ],
    ['missing', (form: URLSearchParams) => form.delete('SAMLResponse')],
  ])('S30: a field that is %s', async (_name, change) => {
    const departure = await target.leave();
    const form = new URLSearchParams(await departure.answer());
    change(form);
    const cookie = [...departure.browser.cookiesOf(target.acsUrl)].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(target.acsUrl, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-site' },
      body: form,
      redirect: 'manual',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/<code>(?:saml\.malformed|request\.malformed)<\/code>/);
    await expectGenuine(target, departure);
  });

  it('S29: a body of a megabyte', async () => {
    const departure = await target.leave();
    const page = await departure.post({
      SAMLResponse: 'A'.repeat(1_048_576),
      RelayState: departure.request.relayState,
    });
    expect([page.status, codeOn(page)]).toEqual([413, 'request.too_large']);
    await expectGenuine(target, departure);
  });
});

describe('a message at another door', () => {
  it('S44: is not read from the address of the assertion consumer service', async () => {
    const departure = await target.leave();
    const query = new URLSearchParams(await departure.answer()).toString();
    const page = await departure.browser.send(`${target.acsUrl}?${query}`);
    expect([page.status, page.headers.get('allow'), codeOn(page)]).toEqual([405, 'POST', 'request.method']);
    await expectGenuine(target, departure);
  });

  it.each(['', '/sign-in', `/sign-in/${CONNECTOR}`, `/saml/${CONNECTOR}/metadata`])(
    'S44: signs nobody in by the query of “%s”',
    async (path) => {
      const { baseUrl } = target.world.broker;
      const departure = await target.leave();
      const query = new URLSearchParams(await departure.answer()).toString();
      await departure.browser.send(`${baseUrl}${path}?${query}`);
      expect(await whoIs(target.world.broker, departure.browser)).toBeUndefined();
    },
  );

  it('S44: signs nobody in at the logout address', async () => {
    const departure = await target.leave();
    const form = new Map(Object.entries(await departure.answer()));
    const url = target.acsUrl.replace(/acs$/, 'logout');
    await departure.browser.send(url, { method: 'POST', form, from: 'http://localhost:1/' });
    expect(await whoIs(target.world.broker, departure.browser)).toBeUndefined();
    await expectGenuine(target, departure);
  });
});
