/** Who somebody is, by the subject and the exact groups alone: O09, O13, O14. These lies are taken, and gain nothing. */
import { describe, expect, it } from 'vitest';
import type { TokenRecipe } from '../../support/fake-openid-provider.ts';
import type { HostileWorld } from './hostile-world.ts';

type Claims = NonNullable<TokenRecipe['claims']>;

const MALLORY = { sub: 'mallory', groups: [] } as const;

export function describeIdentity(world: () => HostileWorld): void {
  describe('an OpenID identity', () => {
    it('O14: is worth Ann’s roles when it is Ann’s', async () => {
      const browser = await world().signedIn('corp');
      expect([...(await world().rolesOf(browser))].sort()).toEqual([
        'development-data-analyst-own-token',
        'development-developer',
        'development-readonly',
      ]);
    });

    it.each<[string, string, Claims]>([
      ['O14', 'Ann’s e-mail address', { ...MALLORY, email: 'ann@example.com' }],
      [
        'O14',
        'Ann’s e-mail address, verified',
        { ...MALLORY, email: 'ann@example.com', email_verified: true },
      ],
      ['O14', 'ann as e-mail address', { ...MALLORY, email: 'ann' }],
      ['O14', 'two addresses in one', { ...MALLORY, email: 'mallory@evil.example,ann@example.com' }],
      ['O14', 'an address with two at signs', { ...MALLORY, email: 'ann@example.com@evil.example' }],
      ['O14', 'addresses in a list', { ...MALLORY, email: ['ann@example.com'] }],
      ['O14', 'ann as preferred_username', { ...MALLORY, preferred_username: 'ann', upn: 'ann' }],
      [
        'O14',
        'ann as name, oid and user id',
        { ...MALLORY, name: 'ann', oid: 'ann', user_id: 'ann', uid: 'ann' },
      ],
      ['O14', 'Ann in capitals', { sub: 'ANN', groups: [] }],
      ['O14', 'Ann with a Cyrillic letter', { sub: '\u0430nn', groups: [] }],
      ['O14', 'Ann in wide letters', { sub: '\uff41\uff4e\uff4e', groups: [] }],
      ['O14', 'Ann with a combining mark', { sub: 'ann\u0301', groups: [] }],
      ['O14', 'ann as a part', { sub: 'corp:ann', groups: [] }],
      ['O14', 'ann in a list of text', { sub: 'ann,mallory', groups: [] }],
      ['O14', 'a wildcard', { sub: '*', groups: ['*', '%', '.*'] }],
      ['O13', 'a group that holds ours', { ...MALLORY, groups: ['engineers-readonly', 'all-engineers'] }],
      ['O13', 'our group in capitals', { ...MALLORY, groups: ['Engineers', 'ENGINEERS'] }],
      ['O13', 'our group with blanks', { ...MALLORY, groups: ['engineers ', ' engineers', 'engineers\n'] }],
      ['O13', 'our group among others in one text', { ...MALLORY, groups: 'staff,engineers' }],
      ['O13', 'our group with an invisible character', { ...MALLORY, groups: ['engin\u200beers'] }],
      [
        'O13',
        'our group in a claim of another name',
        { ...MALLORY, roles: ['engineers'], Groups: ['engineers'] },
      ],
      ['O13', 'a group of every object', { ...MALLORY, groups: ['__proto__', 'constructor', 'toString'] }],
    ])('%s: with %s gains no role of Ann’s', async (row, _what, claims) => {
      const attempt = await world().leave();
      const who = await world().control(attempt, { claims }, { subject: String(claims['sub']) });
      const { groups } = claims;
      expect(who.groups).toEqual(Array.isArray(groups) ? groups : [groups]);
      expect(await world().rolesOf(attempt.browser)).toEqual([]);
      world().count(row);
    });

    it('O14: is another one at another connector, though all claims are the same', async () => {
      const browser = await world().signedIn('other');
      expect(await world().rolesOf(browser)).toEqual([]);
      world().count('O14');
    });

    it('O09: is not changed by claims that every object has', async () => {
      const attempt = await world().leave();
      const claims = { constructor: 'x', toString: 'x', hasOwnProperty: 'x', isPrototypeOf: ['engineers'] };
      const who = await world().control(attempt, { claims });
      expect(who.subject).toBe('ann');
      world().count('O09');
    });

    it('O14: shows a name and an address as text, and takes nothing else for one', async () => {
      const attempt = await world().leave();
      const claims = {
        name: '<img src=x onerror=alert(1)>',
        email: '"><script>alert(1)</script>@example.com',
      };
      await world().control(attempt, { claims });
      const page = await attempt.browser.get(`${world().baseUrl}/`);
      expect(page.status).toBe(200);
      expect(page.text).not.toContain('<img src=x');
      expect(page.text).not.toContain('<script>alert');
      world().count('O14');
    });
  });
}
