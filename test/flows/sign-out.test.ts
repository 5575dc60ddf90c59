/** Out again: here, at the identity provider, and by the identity provider's word. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logoutXml, redirectQuery } from '../support/fake-saml-logout.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { copyOf, startSessionWorld, type SessionWorld } from '../support/session-world.ts';
import { codeOn } from '../support/sign-in-by-hand.ts';
import { recordedFor } from '../support/stored-audit.ts';

let world: SessionWorld;
beforeAll(async () => {
  world = await startSessionWorld();
});
afterAll(() => world.close());

/** By the button that every page has. */
async function signOut(browser: HttpBrowser): Promise<Page> {
  const { baseUrl } = world.broker;
  const page = await browser.get(`${baseUrl}/`);
  return browser.submit(page, '/sign-out');
}

const nextOn = (page: Page): string | undefined =>
  /<meta http-equiv="refresh" content="0; url=([^"]+)">/
    .exec(page.text)?.[1]
    ?.replaceAll('&amp;', '&')
    .replaceAll('&#38;', '&');

describe('signing out', () => {
  it('W15: ends the session, then leads to the OpenID provider by a page of ours', async () => {
    const browser = new HttpBrowser();
    await world.byOpenId(browser);
    const thief = copyOf(browser, world.broker);
    const page = await signOut(browser);
    // Browsers hold form-action against a redirect that answers a form: it has to be a page.
    expect([page.status, page.headers.get('location')]).toEqual([200, null]);
    expect(page.headers.get('clear-site-data')).toBe('"cache"');
    expect(page.headers.get('cache-control')).toBe('no-store');
    const next = new URL(nextOn(page) ?? '');
    expect(next.origin + next.pathname).toBe(`${world.op.issuer}/logout`);
    expect(next.searchParams.get('post_logout_redirect_uri')).toBe(`${world.broker.baseUrl}/signed-out`);
    expect(next.searchParams.get('id_token_hint')).toMatch(/^ey/);
    expect(page.text).toContain('The OP');
    expect(page.text).not.toContain('Ann Example');
    expect(await world.subjectOf(thief)).toBeUndefined();
    expect([...browser.cookiesOf(world.broker.baseUrl).keys()]).toEqual([]);
    expect(recordedFor(world.broker, page)).toMatchObject([
      { name: 'sign-out.completed', principal: 'user:op:ann', detail: { connector: 'op' } },
    ]);
    expect(JSON.stringify(recordedFor(world.broker, page))).not.toContain('ey');
  });

  it('leads to the SAML provider by a signed request', async () => {
    const browser = new HttpBrowser();
    await world.bySaml(browser, { sessionIndex: 'index-1' });
    const next = new URL(nextOn(await signOut(browser)) ?? '');
    expect(next.origin + next.pathname).toBe(`${world.idp.ssoUrl}/logout`);
    expect([...next.searchParams.keys()]).toEqual(
      expect.arrayContaining(['SAMLRequest', 'SigAlg', 'Signature']),
    );
    expect(await world.subjectOf(browser)).toBeUndefined();
  });

  it('G10: stands where the provider cannot be asked, and says so', async () => {
    const browser = new HttpBrowser();
    await world.byOpenId(browser);
    const { handlers } = world.op;
    handlers.set('/.well-known/openid-configuration', (_request, response) => {
      response.writeHead(500).end();
    });
    await world.broker.restart();
    const thief = copyOf(browser, world.broker);
    const page = await signOut(browser);
    handlers.clear();
    expect([page.status, nextOn(page)]).toEqual([200, undefined]);
    expect(page.text).toContain('could not be asked to sign you out there');
    expect(await world.subjectOf(thief)).toBeUndefined();
  });

  it('is a plain page where the provider has no place for it, and again for who is nobody', async () => {
    const browser = new HttpBrowser();
    const { baseUrl } = world.broker;
    for (let times = 0; times < 2; times += 1) {
      const page = await browser.send(`${baseUrl}/sign-out`, { method: 'POST', from: baseUrl });
      expect([page.status, page.headers.get('location')]).toEqual([303, '/signed-out']);
    }
    const page = await browser.get(`${baseUrl}/signed-out`);
    expect([page.status, nextOn(page)]).toEqual([200, undefined]);
  });

  it('W03: ends what was on its way to a sign-in in this browser', async () => {
    const browser = new HttpBrowser();
    const { baseUrl } = world.broker;
    const left = await browser.send(`${baseUrl}/sign-in/op`);
    await browser.send(`${baseUrl}/sign-out`, { method: 'POST', from: baseUrl });
    const answer = world.op.approve(new URL(left.headers.get('location') ?? ''));
    const page = await browser.send(`${baseUrl}/oidc/op/callback?${answer.toString()}`);
    expect([page.status, codeOn(page)]).toEqual([403, 'oidc.no_flow']);
  });
});

describe('the SAML provider’s request to sign somebody out', () => {
  const address = (): string => `${world.broker.baseUrl}/saml/idp/logout`;
  const signedQuery = (recipe: Parameters<typeof logoutXml>[2] = {}): string =>
    redirectQuery(logoutXml(world.idp, address(), recipe), { key: world.idp.key(), relayState: 'r&s' });

  it('ends the sessions that it names, on record, and takes our answer back', async () => {
    const [one, two] = [new HttpBrowser(), new HttpBrowser()];
    await world.bySaml(one, { sessionIndex: 'i-1' });
    await world.bySaml(two, { sessionIndex: 'i-2' });
    const page = await new HttpBrowser().send(`${address()}?${signedQuery({ sessionIndexes: ['i-1'] })}`, {
      from: world.idp.ssoUrl,
    });
    expect(page.status).toBe(303);
    expect(page.headers.get('clear-site-data')).toBe('"cache"');
    const back = new URL(page.headers.get('location') ?? '');
    expect(back.origin + back.pathname).toBe(`${world.idp.ssoUrl}/logout`);
    expect(back.searchParams.has('SAMLResponse')).toBe(true);
    expect(back.searchParams.get('RelayState')).toBe('r&s');
    expect(await Promise.all([one, two].map((each) => world.subjectOf(each)))).toEqual([undefined, 'ann']);
    expect(recordedFor(world.broker, page)).toMatchObject([
      { name: 'session.revoked', detail: { connector: 'idp', cause: 'provider-logout', sessions: 1 } },
    ]);
  });

  it('ends everything of the person where it names no session, and nothing at another connector', async () => {
    const [one, two, elsewhere] = [new HttpBrowser(), new HttpBrowser(), new HttpBrowser()];
    await world.bySaml(one);
    await world.bySaml(two);
    await world.byOpenId(elsewhere);
    await new HttpBrowser().send(`${address()}?${signedQuery()}`);
    const people = await Promise.all([one, two, elsewhere].map((each) => world.subjectOf(each)));
    expect(people).toEqual([undefined, undefined, 'ann']);
  });

  it('S43: counts once, also after a restart', async () => {
    const query = signedQuery();
    expect((await new HttpBrowser().send(`${address()}?${query}`)).status).toBe(303);
    const browser = new HttpBrowser();
    await world.bySaml(browser);
    await world.broker.restart();
    const page = await browser.send(`${address()}?${query}`);
    expect([page.status, codeOn(page)]).toEqual([403, 'sign_in.replayed']);
    expect(recordedFor(world.broker, page)).toMatchObject([
      { name: 'sign-out.denied', detail: { connector: 'idp', reason: 'sign_in.replayed' } },
    ]);
    expect(await world.subjectOf(browser)).toBe('ann');
  });

  it.each([
    ['without a signature', (query: string) => query.replace(/&SigAlg=.*$/, '')],
    [
      'with a signature over something else',
      (query: string) => query.replace('RelayState=r', 'RelayState=x'),
    ],
    ['that is nothing', () => ''],
  ])('S43: %s ends nothing, and is on record', async (_what, change) => {
    const browser = new HttpBrowser();
    await world.bySaml(browser);
    const page = await browser.send(`${address()}?${change(signedQuery())}`, { from: world.idp.ssoUrl });
    expect([400, 403]).toContain(page.status);
    expect(codeOn(page)).toMatch(/^saml\./);
    expect(recordedFor(world.broker, page)).toMatchObject([
      { name: 'sign-out.denied', detail: { reason: codeOn(page) } },
    ]);
    expect(await world.subjectOf(browser)).toBe('ann');
  });

  it('an answer to ours leads to the page that says so', async () => {
    const xml = logoutXml(world.idp, address(), { element: 'LogoutResponse' });
    const query = redirectQuery(xml, { key: world.idp.key(), parameter: 'SAMLResponse' });
    const page = await new HttpBrowser().send(`${address()}?${query}`, { from: world.idp.ssoUrl });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/signed-out']);
  });

  it('has no place at a connector of the other kind, nor by another method', async () => {
    for (const path of ['/saml/op/logout', '/saml/nobody/logout']) {
      const page = await new HttpBrowser().send(`${world.broker.baseUrl}${path}?${signedQuery()}`);
      expect([page.status, codeOn(page)]).toEqual([404, 'sign_in.connector_unknown']);
    }
    const put = await fetch(address(), { method: 'PUT' });
    expect(put.status).toBe(405);
  });
});

describe('the OpenID provider’s word over the back channel', () => {
  const send = (token: string): Promise<Response> =>
    fetch(`${world.broker.baseUrl}/oidc/op/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });

  it('O19: ends the sessions on record, and is told what went wrong in the words that it knows', async () => {
    const browser = new HttpBrowser();
    await world.byOpenId(browser, { claims: { sub: 'bob' } });
    const now = Math.floor(Date.now() / 1_000);
    const token = await world.op.sign(
      {
        iss: world.op.issuer,
        aud: 'daypass',
        iat: now,
        exp: now + 120,
        jti: String(Math.random()),
        sub: 'bob',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      },
      { typ: 'logout+jwt' },
    );
    const heard = await send(token);
    expect([heard.status, await heard.text(), heard.headers.get('cache-control')]).toEqual([
      200,
      '',
      'no-store',
    ]);
    expect(await world.subjectOf(browser)).toBeUndefined();
    expect(recordedFor(world.broker, heard)).toMatchObject([
      {
        name: 'session.revoked',
        detail: { connector: 'op', cause: 'provider-logout', subject: 'bob', sessions: 1 },
      },
    ]);
    const again = await send(token);
    expect([again.status, await again.json()]).toEqual([400, { error: 'invalid_request' }]);
    expect(recordedFor(world.broker, again)).toMatchObject([
      { name: 'sign-out.denied', detail: { connector: 'op', reason: 'sign_in.replayed' } },
    ]);
  });

  it('O19: needs no cookie of ours, and answers one method', async () => {
    const got = await fetch(`${world.broker.baseUrl}/oidc/op/backchannel-logout`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await got.json()).toEqual({ error: 'invalid_request' });
    const nobody = await fetch(`${world.broker.baseUrl}/oidc/idp/backchannel-logout`, { method: 'POST' });
    expect(nobody.status).toBe(404);
    expect((await send('')).headers.getSetCookie()).toEqual([]);
  });
});
