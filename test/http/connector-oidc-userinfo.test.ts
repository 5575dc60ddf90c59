import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../support/connector-door.ts';
import {
  startFakeOpenIdProvider,
  type FakeOpenIdProvider,
  type TokenRecipe,
  type UserinfoRecipe,
} from '../support/fake-openid-provider.ts';
import { openOpenIdDoor } from '../support/openid-door.ts';

const THIN = { name: undefined, email: undefined, groups: undefined };
const send = (response: ServerResponse, status: number, body: unknown, type = 'application/json'): void => {
  response.writeHead(status, { 'content-type': type });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

describe('an OpenID connector whose provider keeps claims elsewhere', () => {
  let provider: FakeOpenIdProvider;
  let stranger: FakeOpenIdProvider;

  beforeAll(async () => {
    provider = await startFakeOpenIdProvider('ES256');
    stranger = await startFakeOpenIdProvider('ES256');
  });

  afterEach(() => {
    provider.userinfo = undefined;
    provider.discovery = {};
    provider.handlers.clear();
    // Nothing was asked of anybody else.
    expect(stranger.reads).toEqual({ discovery: 0, keys: 0, other: [] });
  });

  afterAll(async () => {
    await provider.close();
    await stranger.close();
  });

  async function signIn(settings: object, recipe: TokenRecipe): Promise<Outcome> {
    const door = await openOpenIdDoor(provider.issuer, settings);
    const outcome = await door.callback(provider.approve(await door.start(), recipe));
    await door.close();
    return outcome;
  }

  describe('at userinfo', () => {
    async function withUserinfo(
      userinfo: UserinfoRecipe,
      claims: TokenRecipe['claims'] = THIN,
    ): Promise<Outcome> {
      provider.discovery = { userinfo_endpoint: `${provider.issuer}/userinfo` };
      provider.userinfo = userinfo;
      return signIn({ userinfo: true }, { claims });
    }

    it('asks with the access token, and takes what the ID token lacks', async () => {
      const claims = { groups: ['from-userinfo'], name: 'Ann', email: 'a@example.com', department: 'Risk' };
      const outcome = await withUserinfo({ claims });
      expect(outcome).toMatchObject({
        displayName: 'Ann',
        email: 'a@example.com',
        groups: ['from-userinfo'],
      });
      expect(new Map(outcome.attributes).get('department')).toEqual(['Risk']);
      const { access_token: token } = provider.handedOut.at(-1) ?? {};
      expect(provider.userinfoRequests.at(-1)?.authorization).toBe(`Bearer ${String(token)}`);
    });

    it('O12: never overrides what is signed, not even an empty list of groups', async () => {
      const claims = {
        groups: ['admins'],
        name: 'Root',
        email: 'root@example.com',
        iss: 'x',
        acr: 'gold',
        sid: 's',
      };
      const outcome = await withUserinfo({ claims }, { groups: [] });
      expect(outcome).toMatchObject({ subject: 'ann', groups: [], displayName: 'Ann Example' });
      expect(outcome.authentication?.contexts).toEqual([]);
      expect(outcome.providerSession).toBeUndefined();
    });

    it('is not asked unless the settings say so', async () => {
      provider.discovery = { userinfo_endpoint: `${provider.issuer}/userinfo` };
      provider.userinfo = { claims: { groups: ['admins'] } };
      const before = provider.userinfoRequests.length;
      expect((await signIn({}, { claims: THIN })).groups).toEqual([]);
      expect(provider.userinfoRequests).toHaveLength(before);
    });

    it.each<[string, UserinfoRecipe, string]>([
      ['of another person', { claims: { sub: 'bob' } }, 'oidc.subject'],
      ['of nobody', { claims: { sub: undefined } }, 'oidc.subject'],
      ['with two subjects', { handle: (r) => send(r, 200, '{"sub":"bob","sub":"ann"}') }, 'idp.unavailable'],
      ['that is a JWT', { handle: (r) => send(r, 200, 'a.b.c', 'application/jwt') }, 'oidc.type'],
      ['in HTML', { handle: (r) => send(r, 200, '<p>', 'text/html') }, 'oidc.type'],
      ['that is a list', { handle: (r) => send(r, 200, '[]') }, 'idp.unavailable'],
      ['that is refused', { handle: (r) => send(r, 401, { error: 'invalid_token' }) }, 'idp.unavailable'],
      [
        'by a redirect',
        { handle: (r) => r.writeHead(302, { location: stranger.issuer }).end() },
        'idp.unavailable',
      ],
      ['with groups of an unusable form', { claims: { groups: { admins: true } } }, 'oidc.groups'],
      [
        'with 2,001 groups',
        { claims: { groups: Array.from({ length: 2_001 }, (_, i) => `${i}`) } },
        'oidc.groups',
      ],
      [
        'of 3 MB',
        { handle: (r) => send(r, 200, `{"sub":"ann","x":"${'x'.repeat(3e6)}"}`) },
        'idp.unavailable',
      ],
    ])('O12: an answer %s ends the sign-in', async (_name, userinfo, code) => {
      expect((await withUserinfo(userinfo)).code).toBe(code);
    });

    it.each([undefined, 'ftp://127.0.0.1/userinfo'])('O12: an address of %s is a fault', async (address) => {
      provider.discovery = { userinfo_endpoint: address };
      expect((await signIn({ userinfo: true }, {})).code).toBe('idp.unavailable');
    });
  });

  describe('behind a link (Entra ID’s overage)', () => {
    const linkTo = (endpoint: unknown): TokenRecipe => ({
      claims: {
        ...THIN,
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: typeof endpoint === 'string' ? { endpoint } : endpoint },
      },
    });
    const host = (): string => new URL(provider.issuer).host;
    const groups = (count: number): string[] => Array.from({ length: count }, (_, index) => `group-${index}`);

    it('posts to getMemberObjects of an allow-listed host, with the access token', async () => {
      const asked: { method: string | undefined; token: string | undefined; body: string }[] = [];
      provider.handlers.set('/v1.0/users/1/getMemberObjects', (request, response) => {
        void textOf(request).then((body) => {
          asked.push({ method: request.method, token: request.headers.authorization, body });
          send(response, 200, { value: groups(500) });
        });
      });
      const recipe = linkTo(`${provider.issuer}/v1.0/users/1/getMemberObjects`);
      expect((await signIn({ groupsOverageHosts: [host()] }, recipe)).groups).toEqual(groups(500));
      const { access_token: token } = provider.handedOut.at(-1) ?? {};
      expect(asked).toEqual([
        { method: 'POST', token: `Bearer ${String(token)}`, body: '{"securityEnabledOnly":false}' },
      ]);
    });

    it('reads a collection page by page, and counts groups alone', async () => {
      const type = '#microsoft.graph.group';
      provider.handlers.set('/v1.0/me/transitiveMemberOf', (request, response) => {
        const second = request.url?.includes('skiptoken') === true;
        const next = `${provider.issuer}/v1.0/me/transitiveMemberOf?$skiptoken=2`;
        const role = { '@odata.type': '#microsoft.graph.directoryRole', id: 'role' };
        const value = [{ '@odata.type': type, id: second ? 'g2' : 'g1' }, role];
        send(response, 200, second ? { value } : { value, '@odata.nextLink': next });
      });
      const recipe = linkTo(`${provider.issuer}/v1.0/me/transitiveMemberOf`);
      expect((await signIn({ groupsOverageHosts: [host()] }, recipe)).groups).toEqual(['g1', 'g2']);
    });

    it.each<[string, () => unknown]>([
      ['to a host that is not on the list', () => `${stranger.issuer}/getMemberObjects`],
      ['to a host whose name only starts alike', () => 'https://graph.microsoft.com.evil.example/v1.0/me'],
      ['with a user’s name before the host', () => `http://${host()}@127.0.0.1:1/`],
      [
        'to the retired interface, whose successor is not on the list',
        () => 'https://graph.windows.net/t/users/1/getMemberObjects',
      ],
      ['of another scheme', () => 'file:///etc/passwd'],
      ['that is none', () => 'nowhere'],
      ['that is missing', () => undefined],
      ['that is a claim inside', () => ({ JWT: 'a.b.c' })],
    ])('O12: a link %s ends the sign-in, and is not followed', async (_name, endpoint) => {
      const outcome = await signIn({ groupsOverageHosts: [host()] }, linkTo(endpoint()));
      expect(outcome.code).toBe('oidc.groups');
      expect(outcome.detail).toContain('groups');
    });

    it('O12: a person is never signed in without groups that were too many', async () => {
      expect((await signIn({}, linkTo(`${provider.issuer}/getMemberObjects`))).code).toBe('oidc.groups');
      expect((await signIn({}, { claims: { ...THIN, hasgroups: true } })).code).toBe('oidc.groups');
      const dangling = { ...THIN, _claim_names: { groups: 'toString' }, _claim_sources: {} };
      expect((await signIn({}, { claims: dangling })).code).toBe('oidc.groups');
      // Of other claims links may stay unread.
      const other = {
        _claim_names: { address: 'src1' },
        _claim_sources: { src1: { endpoint: stranger.issuer } },
      };
      expect((await signIn({}, { claims: other })).status).toBe(200);
    });

    it.each<[string, (response: ServerResponse) => void, string]>([
      ['more than 2,000', (r) => send(r, 200, { value: groups(2_001) }), 'oidc.groups'],
      ['no list', (r) => send(r, 200, { value: 'admins' }), 'oidc.groups'],
      ['entries without an id', (r) => send(r, 200, { value: [{ name: 'x' }] }), 'oidc.groups'],
      ['a refusal', (r) => send(r, 403, { error: {} }), 'oidc.groups'],
      ['a fault', (r) => send(r, 503, {}), 'idp.unavailable'],
      ['a redirect', (r) => r.writeHead(302, { location: stranger.issuer }).end(), 'idp.unavailable'],
      ['a signed claim', (r) => send(r, 200, 'a.b.c', 'application/jwt'), 'oidc.type'],
      [
        'a next page elsewhere',
        (r) => send(r, 200, { value: [], '@odata.nextLink': `${stranger.issuer}/p` }),
        'oidc.groups',
      ],
      [
        'the same page for ever',
        (r) => send(r, 200, { value: ['g'], '@odata.nextLink': `${provider.issuer}/graph` }),
        'oidc.groups',
      ],
    ])('O12: a link that leads to %s ends the sign-in', async (_name, answer, code) => {
      provider.handlers.set('/graph', (_request, response) => answer(response));
      const outcome = await signIn({ groupsOverageHosts: [host()] }, linkTo(`${provider.issuer}/graph`));
      expect(outcome.code).toBe(code);
    });
  });
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
