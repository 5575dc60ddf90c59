/** Whose sign-in an answer belongs to, and how often it counts: O01, O02, O03, O15, O16. */
import { describe, expect, it } from 'vitest';
import { HttpBrowser, type Page } from '../../support/http-browser.ts';
import { rawRequest } from '../../support/raw-request.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { ANN, type HostileWorld } from './hostile-world.ts';

export function describeFlows(world: () => HostileWorld): void {
  describe('an answer in the wrong hands', () => {
    it('O01: is refused in another browser, and still good in its own', async () => {
      const [attacker, victim] = await Promise.all([world().leave(), world().leave()]);
      const query = attacker.answer();
      await world().expectRefused(victim, query, { code: 'oidc.no_flow', tokenRequests: 0 });
      expect((await attacker.bring(query)).status).toBe(303);
      world().count('O01');
      await world().control(victim);
    });

    it('O01: is refused in a browser that never left', async () => {
      const attempt = await world().leave();
      const stranger = { ...attempt, browser: new HttpBrowser() };
      const bring = (query: URLSearchParams | string): Promise<Page> =>
        stranger.browser.send(`${world().baseUrl}/oidc/corp/callback?${query.toString()}`);
      await world().expectRefused({ ...stranger, bring }, attempt.answer(), {
        code: 'oidc.no_flow',
        tokenRequests: 0,
      });
      world().count('O01');
      await world().control(attempt);
    });

    it.each(['', 'x', '__proto__', 'A'.repeat(43), 'A'.repeat(4_000)])(
      'O01: is refused with the flow cookie %j',
      async (cookie) => {
        const attempt = await world().leave();
        const genuine = attempt.browser.cookiesOf(world().baseUrl).get('daypass-flow') ?? '';
        attempt.browser.setCookie(world().baseUrl, 'daypass-flow', cookie);
        await world().expectRefused(attempt, attempt.answer(), { code: 'oidc.no_flow', tokenRequests: 0 });
        attempt.browser.setCookie(world().baseUrl, 'daypass-flow', genuine);
        world().count('O01');
        await world().control(attempt);
      },
    );

    it('O01, O03: is refused at another connector’s address, of the same provider or not', async () => {
      const browser = new HttpBrowser();
      const corp = await world().leave('corp', browser);
      for (const connector of ['corp-two', 'other'] as const) {
        const elsewhere = await world().leave(connector, browser);
        const query = corp.answer();
        await world().expectRefused(elsewhere, query, { code: 'oidc.no_flow', tokenRequests: 0 });
        world().count('O01', 'O03');
        await world().control(elsewhere);
        await browser.submit(await browser.get(`${world().baseUrl}/`), '/sign-out');
      }
    });

    it('O01: by POST is refused', async () => {
      const attempt = await world().leave();
      const url = `${world().baseUrl}/oidc/corp/callback?${attempt.answer().toString()}`;
      const page = await attempt.browser.send(url, { method: 'POST', from: attempt.provider.issuer });
      expect([page.status, codeOn(page)]).toEqual([405, 'request.method']);
      expect(await world().whoIs(attempt.browser)).toBeUndefined();
      world().count('O01');
      await world().control(attempt);
    });
  });

  describe('an answer more than once', () => {
    it('O01, O15: is refused when it was used, with no second token request', async () => {
      const attempt = await world().leave();
      const query = attempt.answer();
      expect((await attempt.bring(query)).status).toBe(303);
      const before = attempt.provider.tokenRequests.length;
      const page = await attempt.bring(query);
      world().expectRefusal(page, 'oidc.no_flow');
      expect(attempt.provider.tokenRequests).toHaveLength(before);
      world().count('O01', 'O15');
      // Whoever was signed in by it still is.
      expect(await world().whoIs(attempt.browser)).toMatchObject(ANN);
    });

    it('O15: signs in once, however often it comes at the same moment', async () => {
      const attempt = await world().leave();
      const query = attempt.answer();
      const pages = await Promise.all(Array.from({ length: 20 }, () => attempt.bring(query)));
      expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
      for (const page of pages.filter(({ status }) => status !== 303)) {
        expect(page.status).toBe(403);
        expect(codeOn(page)).toMatch(/^(?:oidc\.no_flow|oidc\.refused|sign_in\.replayed)$/);
        expect(page.headers.getSetCookie()).toEqual([]);
      }
      world().count('O15');
      expect(await world().whoIs(attempt.browser)).toMatchObject(ANN);
    });

    it('O15: one flow makes one session, though the provider gives a code and a token for each try', async () => {
      const attempt = await world().leave();
      const queries = Array.from({ length: 8 }, () => attempt.answer());
      const pages = await Promise.all(queries.map((query) => attempt.bring(query)));
      const codes = pages.map((page) => (page.status === 303 ? 'in' : codeOn(page)));
      expect(codes.filter((code) => code === 'in')).toHaveLength(1);
      expect(
        codes
          .filter((code) => code !== 'in')
          .every((code) => /^(?:sign_in\.replayed|oidc\.no_flow)$/.test(code ?? '')),
      ).toBe(true);
      world().count('O15');
    });

    it('O15: a stolen code, brought with one’s own state, fails on the code verifier, after one token request', async () => {
      const [victim, attacker] = await Promise.all([world().leave(), world().leave()]);
      const query = victim.answer();
      query.set('state', attacker.redirect.searchParams.get('state') ?? '');
      await world().expectRefused(attacker, query, { code: 'oidc.refused', tokenRequests: 1 });
      world().count('O15');
      await world().control(victim);
    });

    it('O03, O15: a code of another provider goes to the one that was chosen, and no further', async () => {
      const [corp, other] = await Promise.all([world().leave('corp'), world().leave('other')]);
      const query = other.answer();
      const before = other.provider.tokenRequests.length;
      query.set('state', corp.redirect.searchParams.get('state') ?? '');
      query.set('iss', corp.provider.issuer);
      await world().expectRefused(corp, query, { code: 'oidc.refused', tokenRequests: 1 });
      expect(other.provider.tokenRequests).toHaveLength(before);
      world().count('O03', 'O15');
      await world().control(other);
    });

    it('O02: a token of another sign-in of the same person is refused', async () => {
      const attempt = await world().leave();
      let stolen = '';
      await world().control(await world().leave(), {
        token: ({ jwt }) => {
          stolen = jwt;
          return jwt;
        },
      });
      const query = attempt.answer({ token: () => stolen });
      await world().expectRefused(attempt, query, { code: 'oidc.nonce', tokenRequests: 1 });
      world().count('O02');
      await world().control(attempt);
    });
  });

  describe('what is asked for', () => {
    it.each(['corp', 'plain', 'quiet'])(
      'O02: always state, nonce and S256, from %s too',
      async (connector) => {
        const attempts = await Promise.all([world().leave(connector), world().leave(connector)]);
        const asked = attempts.map(({ redirect }) => Object.fromEntries(redirect.searchParams));
        for (const query of asked) {
          expect(query).toMatchObject({
            response_type: 'code',
            code_challenge_method: 'S256',
            client_id: 'daypass',
          });
          for (const name of ['state', 'nonce', 'code_challenge']) {
            expect(query[name]).toMatch(/^[\w-]{43}$/);
          }
          expect(query).not.toHaveProperty('request');
        }
        for (const name of ['state', 'nonce', 'code_challenge']) {
          expect(asked[0]?.[name]).not.toBe(asked[1]?.[name]);
        }
        world().count('O02');
        for (const attempt of attempts) await world().control(attempt);
        const sent = world().providers.of(connector).tokenRequests.at(-1)?.form;
        expect(sent?.get('code_verifier')).toMatch(/^[\w-]{43,128}$/);
        expect(sent?.get('redirect_uri')).toBe(`${world().baseUrl}/oidc/${connector}/callback`);
      },
    );

    it('O03: each connector has an address of its own to come back to', async () => {
      const connectors = ['corp', 'corp-two', 'other'];
      const attempts = await Promise.all(connectors.map((connector) => world().leave(connector)));
      expect(attempts.map(({ redirect }) => redirect.searchParams.get('redirect_uri'))).toEqual(
        connectors.map((connector) => `${world().baseUrl}/oidc/${connector}/callback`),
      );
      world().count('O03');
    });

    it('O03: no issuer is fine where the provider announces none', async () => {
      const attempt = await world().leave('quiet');
      const query = attempt.answer();
      query.delete('iss');
      expect((await attempt.bring(query)).status).toBe(303);
    });

    it.each([
      ['x-forwarded-host', 'evil.example'],
      ['x-forwarded-server', 'evil.example'],
      ['x-forwarded-proto', 'https'],
      ['x-forwarded-port', '444'],
      ['x-forwarded-prefix', '/evil'],
      ['x-original-host', 'evil.example'],
      ['forwarded', 'host=evil.example;proto=https'],
      ['x-original-url', '//evil.example'],
      ['x-rewrite-url', '//evil.example'],
    ])('O16: the way back stays ours, whatever %s says', async (name, value) => {
      const answer = await fetch(`${world().baseUrl}/sign-in/corp`, {
        redirect: 'manual',
        headers: { [name]: value },
      });
      const redirect = new URL(answer.headers.get('location') ?? '');
      expect(redirect.origin).toBe(world().providers.main.issuer);
      expect(redirect.searchParams.get('redirect_uri')).toBe(`${world().baseUrl}/oidc/corp/callback`);
      world().count('O16');
    });

    it.each(['evil.example', 'localhost.evil.example', 'evil@localhost', 'localhost:1', ''])(
      'O16: no sign-in starts under the name %j',
      async (host) => {
        const answer = await rawRequest(
          world().port,
          `GET /sign-in/corp HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        );
        expect([400, 421]).toContain(answer.status);
        expect(answer.headers.get('location')).toBeNull();
        world().count('O16');
      },
    );

    it('O16: the token request names the same way back', async () => {
      const attempt = await world().leave();
      const url = `${world().baseUrl}/oidc/corp/callback?${attempt.answer().toString()}`;
      const cookie = `daypass-flow=${attempt.browser.cookiesOf(world().baseUrl).get('daypass-flow') ?? ''}`;
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { cookie, 'x-forwarded-host': 'evil.example' },
      });
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe('/');
      const sent = attempt.provider.tokenRequests.at(-1)?.form.get('redirect_uri');
      expect(sent).toBe(`${world().baseUrl}/oidc/corp/callback`);
      world().count('O16');
    });
  });
}
