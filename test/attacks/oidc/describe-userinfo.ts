/** What comes beside the token: O12, userinfo and claims that stand elsewhere. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { UserinfoRecipe } from '../../support/fake-openid-provider.ts';
import type { HostileWorld } from './hostile-world.ts';

const ELSEWHERE = { groups: undefined } as const;

export function describeUserinfo(world: () => HostileWorld): void {
  describe('a userinfo endpoint', () => {
    it.each<readonly [string, UserinfoRecipe, ErrorCode]>([
      ['another person', { claims: { sub: 'alex.admin' } }, 'oidc.subject'],
      ['the person in capitals', { claims: { sub: 'ANN' } }, 'oidc.subject'],
      ['nobody', { claims: { sub: undefined } }, 'oidc.subject'],
      ['a list of persons', { claims: { sub: ['ann'] } }, 'oidc.subject'],
      ['groups as an object', { claims: { groups: { engineers: true } } }, 'oidc.groups'],
      [
        '2,001 groups',
        { claims: { groups: Array.from({ length: 2_001 }, (_, index) => `g${index}`) } },
        'oidc.groups',
      ],
      [
        'a page',
        { handle: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>') },
        'oidc.type',
      ],
      ['500', { handle: (response) => response.writeHead(500).end() }, 'idp.unavailable'],
      ['401', { handle: (response) => response.writeHead(401).end() }, 'idp.unavailable'],
      [
        'an unsigned token',
        {
          handle: (response) =>
            response.writeHead(200, { 'content-type': 'application/jwt' }).end('e30.e30.'),
        },
        'oidc.type',
      ],
    ])('O12: that speaks of %s is refused', async (_what, userinfo, code) => {
      const attempt = await world().leave('telling');
      attempt.provider.userinfo = userinfo;
      await world().expectRefused(attempt, attempt.answer({ claims: ELSEWHERE }), { code, tokenRequests: 1 });
      world().count('O12');
      attempt.provider.userinfo = { claims: { groups: ['engineers'] } };
      await world().control(attempt, { claims: ELSEWHERE }, { subject: 'ann', groups: ['engineers'] });
    });

    it.each([
      ['groups', { groups: ['daypass-administrators'] }],
      [
        'a name, an address and an issuer',
        { name: 'Alex', email: 'alex@example.com', iss: 'https://other.example' },
      ],
      ['a stronger context', { acr: 'urn:example:mfa', auth_time: 1 }],
      ['claims of every object', JSON.parse('{"constructor":"x","toString":"x"}') as Record<string, unknown>],
    ])('O12: overrides nothing that is signed: %s', async (_what, claims) => {
      const attempt = await world().leave('telling');
      attempt.provider.userinfo = { claims };
      const who = await world().control(attempt);
      expect(who.email).toBe('ann@example.com');
      world().count('O12');
    });

    it('O12: is not asked where no setting says so', async () => {
      const { userinfoRequests } = world().providers.main;
      await world().control(await world().leave(), { claims: ELSEWHERE }, { subject: 'ann', groups: [] });
      expect(userinfoRequests).toEqual([]);
      world().count('O12');
    });
  });

  describe('groups that stand elsewhere', () => {
    const source = (endpoint: string, more: object = {}): Record<string, unknown> => ({
      groups: undefined,
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint, ...more } },
    });

    it.each<readonly [string, (canary: string) => Record<string, unknown>]>([
      ['a stranger’s host', (canary) => source(`${canary}/groups`)],
      [
        'a stranger’s host, with a token for it',
        (canary) => source(`${canary}/g`, { access_token: 'x'.repeat(20) }),
      ],
      ['the metadata service', () => source('http://169.254.169.254/latest/meta-data/')],
      ['a listed host as user name', (canary) => source(canary.replace('//', '//graph.example.com@'))],
      ['a host that begins as a listed one', () => source('https://graph.example.com.evil.example/')],
      ['a listed host at another port', () => source('https://graph.example.com:8443/groups')],
      ['a file', () => source('file:///etc/passwd')],
      ['no address', () => source('')],
      [
        'an address in a list',
        (canary) => ({ ...source(''), _claim_sources: { src1: { endpoint: [canary] } } }),
      ],
      [
        'a source that does not exist',
        () => ({ groups: undefined, _claim_names: { groups: 'src2' }, _claim_sources: {} }),
      ],
      [
        'a source of every object',
        () => ({ groups: undefined, _claim_names: { groups: 'constructor' }, _claim_sources: {} }),
      ],
      [
        'a source that is signed inside (aggregated)',
        () => ({
          groups: undefined,
          _claim_names: { groups: 'src1' },
          _claim_sources: { src1: { JWT: 'e30.e30.' } },
        }),
      ],
      ['nowhere, as hasgroups says', () => ({ groups: undefined, hasgroups: true })],
    ])('O12: are not fetched from %s, and the sign-in does not go on without them', async (_what, claims) => {
      for (const connector of ['overflowing', 'corp']) {
        const attempt = await world().leave(connector);
        const query = attempt.answer({ claims: claims(world().canaryUrl) });
        await world().expectRefused(attempt, query, { code: 'oidc.groups', tokenRequests: 1 });
        world().count('O12');
        await world().control(attempt);
      }
    });
  });
}
