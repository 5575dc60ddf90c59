/** A person's own ID token, passed on to AWS: O22. */
import { describe, expect, it } from 'vitest';
import type { TokenRecipe } from '../../support/fake-openid-provider.ts';
import { formsOf } from '../../support/http-browser.ts';
import type { HostileWorld } from './hostile-world.ts';

const ROLE = 'development-data-analyst-own-token';
const seconds = (): number => Math.floor(Date.now() / 1_000);

export function describePassedThrough(world: () => HostileWorld): void {
  const ask = async (
    recipe: TokenRecipe,
  ): Promise<{ status: number; code: string | undefined; text: string }> => {
    const browser = await world().signedIn('corp', recipe);
    const { status, body } = await world().client(browser).credentials(ROLE);
    return { status, code: body.code, text: JSON.stringify(body) };
  };
  const expectNothing = (text: string): void => {
    expect(text).not.toContain('accessKeyId');
    expect(text).not.toMatch(/ey[\w-]{20,}\.ey/);
  };

  describe('a role that passes the person’s token on', () => {
    it('O22: gives nothing for the token of a provider that AWS does not trust', async () => {
      const answer = await ask({});
      expect([answer.status, answer.code]).toEqual([502, 'sts.refused']);
      expectNothing(answer.text);
      world().count('O22');
    });

    it.each([-1, -30, -55, 0])(
      'O22: asks for a fresh sign-in when the token expires in %d s',
      async (left) => {
        const answer = await ask({ claims: { exp: seconds() + left } });
        expect([answer.status, answer.code]).toEqual([401, 'sign_in.again']);
        expectNothing(answer.text);
        world().count('O22');
      },
    );

    it('O22: leads a browser from an expired token to the provider and back to the role', async () => {
      const browser = await world().signedIn('corp', { claims: { exp: seconds() - 30 } });
      const role = await browser.get(`${world().baseUrl}/roles/${ROLE}`);
      const fields = Object.fromEntries(
        formsOf(role).find(({ action }) => action.includes(ROLE))?.fields ?? [],
      );
      const url = `${world().baseUrl}/roles/${ROLE}/credentials`;
      const page = await browser.post(url, fields, role.url);
      const href = /href="(\/sign-in\/corp[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&');
      expect(href, page.text).toBeDefined();
      const left = await browser.send(new URL(href ?? '', world().baseUrl).href);
      const redirect = new URL(left.headers.get('location') ?? '');
      expect(redirect.origin).toBe(world().providers.main.issuer);
      const query = world().providers.main.approve(redirect);
      const back = await browser.send(`${world().baseUrl}/oidc/corp/callback?${query.toString()}`);
      expect(back.status).toBe(303);
      expect(back.headers.get('location')).toContain(ROLE);
      world().count('O22');
    });

    it('O22: is not open to people of another provider, whatever their groups', async () => {
      const browser = await world().signedIn('other');
      const { status, body } = await world().client(browser).credentials(ROLE);
      expect([status, body.code]).toEqual([404, 'role.not_found']);
      world().count('O22');
    });

    it('O22: is shown by no page and no answer to whom it belongs', async () => {
      const attempt = await world().leave();
      let token = '';
      await world().control(attempt, {
        token: ({ jwt }) => {
          token = jwt;
          return jwt;
        },
      });
      const pages = ['/', `/roles/${ROLE}`, '/sessions', '/api/v1/me', '/api/v1/roles'];
      for (const path of pages) {
        const page = await attempt.browser.get(`${world().baseUrl}${path}`);
        expect([path, page.status]).toEqual([path, 200]);
        expect(page.text).not.toContain(token.slice(-40));
      }
      world().count('O22');
    });
  });
}
