/** Sign-ins that the provider starts: off unless a connector says so, and never more than a way in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formsOf, HttpBrowser } from '../support/http-browser.ts';
import { startSessionWorld, unaskedAnswer, type SessionWorld } from '../support/session-world.ts';
import { codeOn } from '../support/sign-in-by-hand.ts';
import { recordedFor } from '../support/stored-audit.ts';

let world: SessionWorld;
beforeAll(async () => {
  world = await startSessionWorld();
});
afterAll(() => world.close());

const bob = { subjectXml: '<saml:NameID>bob</saml:NameID>' };

describe('an answer that nobody asked for', () => {
  it('S34: is refused where the connector does not say otherwise', async () => {
    const browser = new HttpBrowser();
    const page = await world.unasked(browser, 'idp');
    expect([page.status, codeOn(page)]).toEqual([403, 'saml.no_flow']);
    expect(recordedFor(world.broker, page)).toMatchObject([
      { name: 'sign-in.denied', detail: { connector: 'idp', reason: 'saml.no_flow' } },
    ]);
    expect(await world.subjectOf(browser)).toBeUndefined();
  });

  it.each([undefined, 'https://evil.example/', '/roles/development-readonly', 'x'.repeat(200)])(
    'S34, S42: leads to the front page where it is taken, whatever RelayState says (%s)',
    async (relayState) => {
      const browser = new HttpBrowser();
      const page = await world.unasked(browser, 'portal', relayState === undefined ? {} : { relayState });
      expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
      expect(await world.subjectOf(browser)).toBe('ann');
      expect(recordedFor(world.broker, page)).toMatchObject([
        { name: 'sign-in.completed', detail: { connector: 'portal', unsolicited: true } },
      ]);
    },
  );

  it('says nothing of the kind where it was asked for', async () => {
    const page = await world.bySaml(new HttpBrowser());
    expect(recordedFor(world.broker, page)[0]?.detail).not.toHaveProperty('unsolicited');
  });

  it('S34, S37: is never what an answer to a flow is taken for', async () => {
    const browser = new HttpBrowser();
    const left = await browser.send(`${world.broker.baseUrl}/sign-in/portal`);
    const request = world.idp.readRequest(new URL(left.headers.get('location') ?? ''));
    const other = new HttpBrowser();
    // Another browser's flow, with a message that would do on its own.
    const named = await world.unasked(other, 'portal', { relayState: request.relayState });
    expect([named.status, codeOn(named)]).toEqual([403, 'saml.no_flow']);
    const over = await world.unasked(other, 'portal', { relayState: 'A'.repeat(43) });
    expect([over.status, codeOn(over)]).toEqual([403, 'saml.no_flow']);
    // A stolen answer whose RelayState was taken away still says what it answers.
    const stolen = await world.unasked(other, 'portal', { recipe: { inResponseTo: request.id } });
    expect([stolen.status, codeOn(stolen)]).toEqual([403, 'saml.in_response_to']);
    const halfStripped = await world.unasked(other, 'portal', {
      recipe: { inResponseTo: undefined, responseInResponseTo: request.id, signs: 'assertion' },
    });
    expect(halfStripped.status).toBe(403);
    expect(await world.subjectOf(other)).toBeUndefined();
  });

  it('S35: begins one session, of 20 at once and after a restart', async () => {
    const SAMLResponse = unaskedAnswer(world, 'portal');
    const browsers = Array.from({ length: 20 }, () => new HttpBrowser());
    const pages = await Promise.all(browsers.map((each) => world.unasked(each, 'portal', { SAMLResponse })));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    for (const page of pages.filter(({ status }) => status !== 303)) {
      expect([page.status, codeOn(page)]).toEqual([403, 'sign_in.replayed']);
    }
    await world.broker.restart();
    const again = await world.unasked(new HttpBrowser(), 'portal', { SAMLResponse });
    expect([again.status, codeOn(again)]).toEqual([403, 'sign_in.replayed']);
  });

  it('S16, S34: still needs the provider’s signature', async () => {
    const page = await world.unasked(new HttpBrowser(), 'portal', { recipe: { signs: 'none' } });
    expect([page.status, codeOn(page)]).toEqual([403, 'saml.signature_invalid']);
  });
});

describe('W02: somebody who is signed in', () => {
  it('is not made another person by an answer that nobody asked for', async () => {
    const browser = new HttpBrowser();
    await world.unasked(browser, 'portal');
    const before = browser.cookiesOf(world.broker.baseUrl).get('daypass-session');
    const page = await world.unasked(browser, 'portal', { recipe: bob });
    expect([page.status, codeOn(page)]).toEqual([403, 'saml.no_flow']);
    expect(page.text).toContain('Sign out first');
    expect(page.headers.getSetCookie()).toEqual([]);
    expect(browser.cookiesOf(world.broker.baseUrl).get('daypass-session')).toBe(before);
    expect(await world.subjectOf(browser)).toBe('ann');
    // The same name by another provider is another person.
    await world.byOpenId(browser);
    expect(codeOn(await world.unasked(browser, 'portal'))).toBe('saml.no_flow');
  });

  it('W03: gets a new session as the same person, and the old one ends', async () => {
    const browser = new HttpBrowser();
    await world.unasked(browser, 'portal');
    const { baseUrl } = world.broker;
    const old = new HttpBrowser();
    old.setCookie(baseUrl, 'daypass-session', browser.cookiesOf(baseUrl).get('daypass-session') ?? '');
    expect((await world.unasked(browser, 'portal')).status).toBe(303);
    expect([await world.subjectOf(browser), await world.subjectOf(old)]).toEqual(['ann', undefined]);
  });

  it('is known although another site’s POST comes without the session’s cookie', async () => {
    const browser = new HttpBrowser();
    await world.unasked(browser, 'portal');
    // The identity provider is on another host, so the Lax cookie stays at home the first time.
    const from = world.idp.ssoUrl;
    const onTheWay = await world.unasked(browser, 'portal', { recipe: bob, from });
    expect(onTheWay.status).toBe(200);
    expect(onTheWay.headers.getSetCookie()).toEqual([]);
    expect(formsOf(onTheWay).map(({ action }) => action)).toEqual(['/saml/portal/acs']);
    const page = await browser.submit(onTheWay, '/saml/portal/acs');
    expect([page.status, codeOn(page)]).toEqual([403, 'saml.no_flow']);
    expect(await world.subjectOf(browser)).toBe('ann');

    const nobody = new HttpBrowser();
    const first = await world.unasked(nobody, 'portal', { from });
    const arrived = await nobody.submit(first, '/saml/portal/acs');
    expect(new URL(arrived.url).pathname).toBe('/');
    expect(await world.subjectOf(nobody)).toBe('ann');
  });

  it('is not sent round for ever by a client that never says where a message comes from', async () => {
    const post = (fields: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${world.broker.baseUrl}/saml/portal/acs`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(fields),
      });
    const SAMLResponse = unaskedAnswer(world, 'portal');
    expect((await post({ SAMLResponse })).status).toBe(200);
    const again = await post({ SAMLResponse, resubmitted: 'yes' });
    expect(again.status).toBe(403);
    expect(again.headers.getSetCookie()).toEqual([]);
  });
});
