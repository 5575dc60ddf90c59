/** Who may end whose sessions: O19 by the provider's word, O20 by anybody's. */
import { describe, expect, it } from 'vitest';
import { HttpBrowser } from '../../support/http-browser.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { ANN, type HostileWorld } from './hostile-world.ts';
import { FORGED_LOGOUTS, logoutClaims, signLogout } from './logout-tokens.ts';

export function describeLogout(world: () => HostileWorld): void {
  const send = (token: string, connector = 'corp'): Promise<Response> =>
    fetch(`${world().baseUrl}/oidc/${connector}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });
  const genuine = (change: object = {}): Promise<string> => {
    const provider = world().providers.main;
    return signLogout(provider.key(), { ...logoutClaims(provider), ...change });
  };
  const inSession = (sid: string, sub = 'ann'): Promise<HttpBrowser> =>
    world().signedIn('corp', { claims: { sid, sub } }, { subject: sub });

  async function expectBad(answer: Response): Promise<void> {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const body = await answer.text();
    expect(JSON.parse(body)).toEqual({ error: 'invalid_request' });
    expect(world().canary).toEqual([]);
  }

  describe('a logout token', () => {
    it.each(FORGED_LOGOUTS)('O19: with %s ends nothing', async (_what, forge) => {
      const browser = await inSession('the-session');
      const provider = world().providers.main;
      const { stranger } = world();
      const stage = {
        provider,
        stranger,
        claims: logoutClaims(provider),
        now: Math.floor(Date.now() / 1_000),
      };
      const token = await forge(stage);
      const answer = await send(token);
      expect(answer.status).toBe(400);
      await expectBad(answer);
      // What is too large is not read, and so never becomes anybody's logout.
      const recorded = token.length > 16_384 ? [] : [{ name: 'sign-out.denied' }];
      expect(world().recordedFor(answer)).toMatchObject(recorded);
      expect(await world().whoIs(browser)).toMatchObject(ANN);
      world().count('O19');
    });

    it('O19: ends all sessions of its subject at once, and no one else’s', async () => {
      const [one, two, bob, elsewhere] = await Promise.all([
        inSession('one'),
        inSession('two'),
        inSession('three', 'bob'),
        world().signedIn('other'),
      ]);
      const answer = await send(await genuine());
      expect([answer.status, await answer.text()]).toEqual([200, '']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await Promise.all([one, two].map((browser) => world().whoIs(browser)))).toEqual([
        undefined,
        undefined,
      ]);
      expect(await world().whoIs(bob)).toMatchObject({ subject: 'bob' });
      expect(await world().whoIs(elsewhere)).toMatchObject(ANN);
      world().count('O19');
    });

    it('O19: ends the session that it names, and leaves the person’s others', async () => {
      const [one, two] = await Promise.all([inSession('session-1'), inSession('session-2')]);
      expect((await send(await genuine({ sub: undefined, sid: 'session-1' }))).status).toBe(200);
      expect(await world().whoIs(one)).toBeUndefined();
      expect(await world().whoIs(two)).toMatchObject(ANN);
      expect((await send(await genuine({ sid: 'session-2' }))).status).toBe(200);
      expect(await world().whoIs(two)).toBeUndefined();
      world().count('O19', 'O19');
    });

    it('O19: that names a session ends its person’s sessions of which no name is known', async () => {
      const [nameless, bob] = await Promise.all([
        world().signedIn('corp', { claims: { sid: undefined } }),
        world().signedIn('corp', { claims: { sid: undefined, sub: 'bob' } }, { subject: 'bob' }),
      ]);
      expect((await send(await genuine({ sub: undefined, sid: 'over' }))).status).toBe(200);
      expect(await world().whoIs(nameless)).toMatchObject(ANN);
      expect((await send(await genuine({ sid: 'over' }))).status).toBe(200);
      expect(await world().whoIs(nameless)).toBeUndefined();
      expect(await world().whoIs(bob)).toMatchObject({ subject: 'bob' });
      world().count('O19');
    });

    it.each([
      ['another person’s session', { sub: 'bob', sid: 'of-ann' }],
      ['a session that nobody has', { sub: undefined, sid: 'of-nobody' }],
      ['a wildcard', { sub: undefined, sid: '%' }],
      ['a subject in capitals', { sub: 'ANN' }],
    ])('O19: that names %s ends none', async (_what, change) => {
      const browser = await inSession('of-ann');
      expect((await send(await genuine(change))).status).toBe(200);
      expect(await world().whoIs(browser)).toMatchObject(ANN);
      world().count('O19');
    });

    it('O19: counts once, however often it comes', async () => {
      const token = await genuine();
      expect((await send(token)).status).toBe(200);
      const browser = await inSession('later');
      await expectBad(await send(token));
      const again = await Promise.all(Array.from({ length: 10 }, () => send(token)));
      for (const answer of again) await expectBad(answer);
      expect(await world().whoIs(browser)).toMatchObject(ANN);
      world().count('O19');
    });

    it('O19: an ID token is none, even the person’s own', async () => {
      const attempt = await world().leave();
      let token = '';
      await world().control(attempt, {
        token: ({ jwt }) => {
          token = jwt;
          return jwt;
        },
      });
      await expectBad(await send(token));
      expect(await world().whoIs(attempt.browser)).toMatchObject(ANN);
      world().count('O19');
    });

    it('O11, O19: is no ID token either', async () => {
      const attempt = await world().leave();
      const nonce = attempt.redirect.searchParams.get('nonce');
      const token = await genuine({ nonce });
      await world().expectRefused(attempt, attempt.answer({ token: () => token }), {
        code: 'oidc.type',
        tokenRequests: 1,
      });
      world().count('O11', 'O19');
      await world().control(attempt);
    });

    it('O19: of one connector means nothing at another', async () => {
      const browser = await inSession('here');
      for (const connector of ['corp-two', 'other']) await expectBad(await send(await genuine(), connector));
      const lost = await send(await genuine(), 'sandbox-saml');
      expect(lost.status).toBe(404);
      expect(await world().whoIs(browser)).toMatchObject(ANN);
      world().count('O19', 'O19');
    });

    it.each([
      ['by GET', { method: 'GET' }, 405],
      [
        'as JSON',
        { method: 'POST', body: '{"logout_token":"a.b.c"}', headers: { 'content-type': 'application/json' } },
        400,
      ],
      ['twice', { method: 'POST', body: new URLSearchParams('logout_token=a.b.c&logout_token=a.b.c') }, 400],
      ['with nothing', { method: 'POST' }, 400],
      ['by another name', { method: 'POST', body: new URLSearchParams({ 'logout_token[]': 'a.b.c' }) }, 400],
    ])('O19: %s is refused', async (_how, init, status) => {
      const browser = await inSession('here');
      const answer = await fetch(`${world().baseUrl}/oidc/corp/backchannel-logout`, init);
      expect(answer.status).toBe(status);
      expect(await world().whoIs(browser)).toMatchObject(ANN);
      world().count('O19');
    });

    it('O19: a flood of forged ones neither ends a session nor holds up a sign-in', async () => {
      const browser = await inSession('here');
      const { stranger } = world();
      const provider = world().providers.main;
      const readsBefore = provider.reads.keys;
      const tokens = await Promise.all(
        Array.from({ length: 200 }, () => signLogout(stranger, logoutClaims(provider))),
      );
      const flood = Promise.all(tokens.map((token) => send(token)));
      await world().control(await world().leave());
      const statuses = new Set((await flood).map(({ status }) => status));
      expect([...statuses].filter((status) => status !== 400 && status !== 429)).toEqual([]);
      // The key set is looked at anew at most every ten seconds, whatever strangers send.
      expect(provider.reads.keys - readsBefore).toBeLessThanOrEqual(3);
      expect(await world().whoIs(browser)).toMatchObject(ANN);
      expect((await send(await genuine())).status).toBe(200);
      expect(await world().whoIs(browser)).toBeUndefined();
      world().count('O19');
    });
  });

  describe('signing out by somebody else’s page', () => {
    it.each(['/oidc/corp/frontchannel-logout', '/oidc/corp/logout', '/oidc/corp/front-channel-logout'])(
      'O20: there is no front-channel logout at %s',
      async (path) => {
        const browser = await inSession('here');
        const { issuer } = world().providers.main;
        const query = new URLSearchParams({ iss: issuer, sid: 'here' }).toString();
        const page = await browser.send(`${world().baseUrl}${path}?${query}`, { from: issuer });
        expect([page.status, codeOn(page)]).toEqual([404, 'request.not_found']);
        expect(await world().whoIs(browser)).toMatchObject(ANN);
        world().count('O20');
      },
    );

    it.each([
      ['GET', 405],
      ['POST', 403],
    ] as const)('O20: %s /sign-out from another site ends nothing', async (method, status) => {
      const browser = await inSession('here');
      const page = await browser.send(`${world().baseUrl}/sign-out`, {
        method,
        from: 'https://evil.example/',
      });
      expect(page.status).toBe(status);
      expect(page.headers.getSetCookie()).toEqual([]);
      expect(await world().whoIs(browser)).toMatchObject(ANN);
      world().count('O20');
    });

    it.each(['post_logout_redirect_uri', 'returnTo', 'redirect_uri', 'ReturnTo', 'next'])(
      'O20: /signed-out leads nowhere by %s',
      async (name) => {
        const query = new URLSearchParams({
          [name]: 'https://evil.example/',
          state: '"><script>',
        }).toString();
        const page = await new HttpBrowser().send(`${world().baseUrl}/signed-out?${query}`);
        expect(page.status).toBe(200);
        expect(page.headers.get('location')).toBeNull();
        expect(page.headers.get('refresh')).toBeNull();
        expect(page.text).not.toContain('evil.example');
        expect(page.text).not.toContain('"><script>');
        world().count('O20');
      },
    );

    it('O20: one’s own leads to the provider with our own way back alone, whatever the form says', async () => {
      const browser = await world().signedIn('leaving');
      const provider = world().providers.of('leaving');
      const page = await browser.submit(await browser.get(`${world().baseUrl}/`), '/sign-out', {
        post_logout_redirect_uri: 'https://evil.example/',
        returnTo: 'https://evil.example/',
      });
      expect(page.text).not.toContain('evil.example');
      const href = /href="([^"]*end-session[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const url = new URL(href);
      expect(url.origin).toBe(provider.issuer);
      expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${world().baseUrl}/signed-out`);
      expect(url.searchParams.get('client_id')).toBe('daypass');
      expect(await world().whoIs(browser)).toBeUndefined();
      world().count('O20');
    });

    it('O20: a provider’s address for it that is no address of the web is not offered', async () => {
      const browser = await world().signedIn('leaving-by-script');
      const page = await browser.submit(await browser.get(`${world().baseUrl}/`), '/sign-out');
      expect(page.status).toBe(200);
      expect(page.text).not.toContain('javascript:');
      expect(await world().whoIs(browser)).toBeUndefined();
      world().count('O20');
    });
  });
}
