/** Genuine messages in the wrong place, or once too often. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser } from '../../support/http-browser.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { whoIs } from '../attack-world.ts';
import {
  GENUINE,
  attackedConnector,
  expectAttackRefused,
  expectGenuine,
  type AttackedConnector,
} from './attacked-connector.ts';
import type { Codes } from './mutation.ts';

let target: AttackedConnector;
beforeAll(async () => {
  target = await attackedConnector({ mode: 'assertion' });
});
afterAll(() => target.close());

const ONCE_MORE: Codes = ['saml.no_flow', 'sign_in.replayed', 'saml.replay'];
const NO_FLOW: Codes = ['saml.no_flow'];

describe('a genuine answer', () => {
  it('S35: signs in once of twenty times at the same moment', async () => {
    const departure = await target.leave();
    const form = await departure.answer();
    const pages = await Promise.all(Array.from({ length: 20 }, () => departure.post(form)));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    const refused = pages.filter(({ status }) => status !== 303);
    for (const page of refused) {
      expect(page.status).toBe(403);
      expect(ONCE_MORE).toContain(codeOn(page));
      expect(page.headers.getSetCookie().filter((cookie) => cookie.includes('daypass-session='))).toEqual([]);
    }
    expect(await whoIs(target.world.broker, departure.browser)).toMatchObject(GENUINE);
  });

  it('S35: is refused in another browser that has left for the provider as well', async () => {
    const [victim, thief] = [await target.leave(), await target.leave()];
    const form = await victim.answer();
    expect((await victim.post(form)).status).toBe(303);
    await expectAttackRefused(target, thief, await thief.post(form), NO_FLOW);
    const crossed = { ...form, RelayState: thief.request.relayState };
    await expectAttackRefused(target, thief, await thief.post(crossed), ['saml.in_response_to']);
    await expectGenuine(target, thief);
  });

  it('S35: is refused after a restart', async () => {
    const departure = await target.leave();
    const form = await departure.answer();
    expect((await departure.post(form)).status).toBe(303);
    await target.world.broker.restart();
    const again = { ...departure, browser: new HttpBrowser() };
    for (const [name, value] of departure.browser.cookiesOf(target.acsUrl)) {
      if (!name.includes('session')) again.browser.setCookie(target.acsUrl, name, value);
    }
    const page = await again.browser.send(target.acsUrl, {
      method: 'POST',
      form: new Map(Object.entries(form)),
      from: 'http://localhost:1/',
    });
    await expectAttackRefused(target, again, page, ONCE_MORE);
    await expectGenuine(target, await target.leave());
  });

  it('S35: spends its assertion’s id, also under another sign-in', async () => {
    const [first, second] = [await target.leave(), await target.leave()];
    const assertionId = '_the-same-assertion';
    expect((await first.post(await first.answer({ assertionId }))).status).toBe(303);
    const page = await second.post(await second.answer({ assertionId }));
    await expectAttackRefused(target, second, page, ONCE_MORE);
    await expectGenuine(target, second);
  });

  it('S37: of browser A is refused in browser B, and still good in A', async () => {
    const [attacker, victim] = [await target.leave(), await target.leave()];
    const form = await attacker.answer();
    await expectAttackRefused(target, victim, await victim.post(form), NO_FLOW);
    await expectGenuine(target, attacker);
    await expectGenuine(target, victim);
  });

  it('S37: is refused in a browser that never left', async () => {
    const departure = await target.leave();
    const stranger = new HttpBrowser();
    const page = await stranger.send(target.acsUrl, {
      method: 'POST',
      form: new Map(Object.entries(await departure.answer())),
      from: 'http://localhost:1/',
    });
    await expectAttackRefused(target, { ...departure, browser: stranger }, page, NO_FLOW);
    await expectGenuine(target, departure);
  });

  it('S34: that was not asked for is refused', async () => {
    const departure = await target.leave();
    for (const RelayState of ['', 'x', '/roles', 'https://evil.example/']) {
      const form = await departure.answer({ inResponseTo: undefined, responseInResponseTo: undefined });
      await expectAttackRefused(target, departure, await departure.post({ ...form, RelayState }), NO_FLOW);
    }
    await expectGenuine(target, departure);
  });

  it('S38: of the neighbour is refused here, at the neighbour’s address and at ours', async () => {
    const departure = await target.leave();
    const form = await departure.answer();
    const elsewhere = target.acsUrl.replace('/attacked/', '/neighbour/');
    const page = await departure.browser.send(elsewhere, {
      method: 'POST',
      form: new Map(Object.entries(form)),
      from: 'http://localhost:1/',
    });
    await expectAttackRefused(target, departure, page, NO_FLOW);
    await expectGenuine(target, departure);
  });
});

/** Where a RelayState or a returnTo would lead, if anybody believed it. */
const SCHEMES = [
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/%09/evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  'http:evil.example',
  '////evil.example',
  '/.//evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  'https:///evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'http://localhost@evil.example',
  '?//evil.example',
  '#//evil.example',
  '/;@evil.example',
  'evil.example',
];
const ENDINGS = ['', '/', '/%2e%2e', '?x=1', '#x', '/..;/', '%00', '/@localhost'];
const ADDRESSES = SCHEMES.flatMap((scheme) => ENDINGS.map((ending) => scheme + ending));

describe('S42: where a sign-in leads', () => {
  it.each(SCHEMES)('is never “%s” by RelayState', async (scheme) => {
    const departure = await target.leave();
    const form = await departure.answer();
    for (const ending of ENDINGS) {
      const page = await departure.post({ ...form, RelayState: scheme + ending });
      await expectAttackRefused(target, departure, page, NO_FLOW);
    }
    await expectGenuine(target, departure);
  });

  it(`is a page of ours for each of ${ADDRESSES.length} addresses to return to`, async () => {
    const { baseUrl } = target.world.broker;
    for (const address of ADDRESSES) {
      const departure = await target.leave({ query: `?returnTo=${encodeURIComponent(address)}` });
      const page = await departure.post(await departure.answer());
      expect(page.status).toBe(303);
      const location = page.headers.get('location') ?? '';
      expect([address, new URL(location, baseUrl).origin]).toEqual([address, baseUrl]);
      expect([address, location]).toEqual([address, expect.stringMatching(/^\/(?![/\\])/)]);
    }
  });
});
