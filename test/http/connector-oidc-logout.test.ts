import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/core/errors.ts';
import {
  compact,
  createTokenKey,
  startFakeOpenIdProvider,
  type FakeOpenIdProvider,
} from '../support/fake-openid-provider.ts';
import { openOpenIdDoor, sessionOf, type OpenIdDoor } from '../support/openid-door.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const now = (): number => Math.floor(Date.now() / 1_000);

describe('signing out with an OpenID provider', () => {
  let provider: FakeOpenIdProvider;
  let door: OpenIdDoor;

  beforeAll(async () => {
    provider = await startFakeOpenIdProvider('ES256');
    door = await openOpenIdDoor(provider.issuer);
  });

  afterEach(() => {
    provider.discovery = {};
    provider.keySet = undefined;
  });

  afterAll(async () => {
    await door.close();
    await provider.close();
  });

  describe('at the provider', () => {
    async function logoutUrl(discovery: object, settings: object = {}): Promise<URL | undefined> {
      provider.discovery = { ...discovery };
      const fresh = await openOpenIdDoor(provider.issuer, settings);
      const session = sessionOf(await fresh.callback(provider.approve(await fresh.start())));
      const url = await fresh.connector.logoutUrl(session);
      await fresh.close();
      expect(url === undefined || new URL(url).searchParams.get('id_token_hint') === session.idToken).toBe(
        true,
      );
      return url === undefined ? undefined : new URL(url);
    }

    it('goes to its address, with what it needs to know us and the session', async () => {
      const endpoint = `${provider.issuer}/logout?tenant=1`;
      const url = await logoutUrl({ end_session_endpoint: endpoint });
      expect(url?.href.startsWith(`${provider.issuer}/logout?tenant=1&`)).toBe(true);
      expect(url?.searchParams.get('client_id')).toBe('daypass');
      const back = url?.searchParams.get('post_logout_redirect_uri') ?? '';
      expect(new URL(back).pathname).toBe('/signed-out');
      expect(new URL(back).hostname).toBe('127.0.0.1');
    });

    it.each<[string, object, object]>([
      ['it has no address for that', {}, {}],
      ['the settings say so', { end_session_endpoint: 'https://op.example/logout' }, { singleLogout: false }],
      ['its address is a script', { end_session_endpoint: 'javascript:alert(1)' }, {}],
      ['its address is no text', { end_session_endpoint: ['https://op.example/logout'] }, {}],
    ])('O20: goes nowhere where %s', async (_name, discovery, settings) => {
      expect(await logoutUrl(discovery, settings)).toBeUndefined();
    });

    it('leaves out a hint that no address could hold', async () => {
      provider.discovery = { end_session_endpoint: `${provider.issuer}/logout` };
      const fresh = await openOpenIdDoor(provider.issuer);
      const claims = { groups: Array.from({ length: 500 }, (_, index) => `a-group-${index}`) };
      const session = sessionOf(await fresh.callback(provider.approve(await fresh.start(), { claims })));
      const url = new URL((await fresh.connector.logoutUrl(session)) ?? '');
      await fresh.close();
      expect(url.searchParams.has('id_token_hint')).toBe(false);
      expect(url.searchParams.get('client_id')).toBe('daypass');
    });

    it('G10: says that the provider could not be asked', async () => {
      const fresh = await openOpenIdDoor('http://127.0.0.1:1');
      const session = sessionOf(await door.callback(provider.approve(await door.start())));
      await expect(fresh.connector.logoutUrl(session)).rejects.toMatchObject({ code: 'idp.unavailable' });
      await fresh.close();
    });
  });

  describe('by the provider, over the back channel', () => {
    const honest = (): Record<string, unknown> => ({
      iss: provider.issuer,
      aud: 'daypass',
      iat: now(),
      exp: now() + 120,
      jti: 'one',
      sub: 'ann',
      sid: 'session-1',
      events: { [EVENT]: {} },
    });
    const without = (name: string): Record<string, unknown> => ({ ...honest(), [name]: undefined });

    async function refusal(token: string): Promise<string> {
      try {
        await door.connector.hearBackChannelLogout(token);
        return 'accepted';
      } catch (error) {
        return error instanceof BrokerError ? error.code : `leak ${String(error)}`;
      }
    }

    it('O19: ends a person’s session of that name, and is spent until it would be too old', async () => {
      const claims = honest();
      const logout = await door.connector.hearBackChannelLogout(
        await provider.sign(claims, { typ: 'logout+jwt' }),
      );
      expect(logout.sessions).toEqual({ connectorId: 'corp', subject: 'ann', providerSession: 'session-1' });
      expect(logout.spend).toHaveLength(1);
      expect(logout.spend[0]?.scope).toBe(`logout-token ${provider.issuer}`);
      expect(logout.spend[0]?.expiresAt.getTime()).toBeGreaterThan((Number(claims['iat']) + 360) * 1_000);
      const again = await door.connector.hearBackChannelLogout(
        await provider.sign({ ...claims, sub: 'bob' }),
      );
      expect(again.spend[0]?.value).toBe(logout.spend[0]?.value);
      const other = await door.connector.hearBackChannelLogout(
        await provider.sign({ ...claims, jti: 'two' }),
      );
      expect(other.spend[0]?.value).not.toBe(logout.spend[0]?.value);
    });

    it('O19: the session’s name is the one that its sign-in came with', async () => {
      const claims = { sid: 'session-1' };
      const outcome = await door.callback(provider.approve(await door.start(), { claims }));
      expect(outcome.providerSession).toBe('session-1');
      expect((await door.callback(provider.approve(await door.start()))).providerSession).toBeUndefined();
    });

    it.each<[string, () => Record<string, unknown>, object]>([
      ['a person alone', () => without('sid'), { connectorId: 'corp', subject: 'ann' }],
      ['a session alone', () => without('sub'), { connectorId: 'corp', providerSession: 'session-1' }],
    ])('O19: may name %s', async (_name, claims, sessions) => {
      expect((await door.connector.hearBackChannelLogout(await provider.sign(claims()))).sessions).toEqual(
        sessions,
      );
    });

    it.each(['logout+jwt', 'LOGOUT+JWT', 'application/logout+jwt', 'JWT', undefined])(
      'O19: may be of type %s',
      async (typ) => {
        expect(await refusal(await provider.sign(honest(), { typ }))).toBe('accepted');
      },
    );

    it('O19: may leave exp out, and have several audiences', async () => {
      const claims = { ...without('exp'), aud: ['other', 'daypass'] };
      expect(await refusal(await provider.sign(claims))).toBe('accepted');
    });

    it.each<[string, () => Record<string, unknown>, object?]>([
      ['of another issuer', () => ({ ...honest(), iss: 'https://other.example' })],
      ['of no issuer', () => without('iss')],
      ['for another client', () => ({ ...honest(), aud: 'other' })],
      ['for nobody', () => without('aud')],
      ['without iat', () => without('iat')],
      ['issued six and a half minutes ago', () => ({ ...honest(), iat: now() - 390 })],
      ['issued in two minutes', () => ({ ...honest(), iat: now() + 120 })],
      ['that has expired', () => ({ ...honest(), exp: now() - 90 })],
      ['whose exp is text', () => ({ ...honest(), exp: '9999999999' })],
      ['that is not yet valid', () => ({ ...honest(), nbf: now() + 600 })],
      ['without events', () => without('events')],
      [
        'with another event',
        () => ({ ...honest(), events: { 'http://schemas.openid.net/event/other': {} } }),
      ],
      ['whose event is a text', () => ({ ...honest(), events: { [EVENT]: 'yes' } })],
      ['whose events are a list', () => ({ ...honest(), events: [EVENT] })],
      ['with a nonce', () => ({ ...honest(), nonce: 'n' })],
      ['with a nonce that is null', () => ({ ...honest(), nonce: null })],
      ['without jti', () => without('jti')],
      ['with an empty jti', () => ({ ...honest(), jti: '' })],
      ['of nobody and nothing', () => ({ ...without('sub'), sid: undefined })],
      ['whose sub is a number', () => ({ ...honest(), sub: 7 })],
      ['whose sub is empty', () => ({ ...honest(), sub: '' })],
      ['whose sid is a list', () => ({ ...honest(), sid: ['session-1'] })],
      ['whose sid is empty', () => ({ ...without('sub'), sid: '' })],
      ['of the type of an access token', () => honest(), { typ: 'at+jwt' }],
      ['of another event’s type', () => honest(), { typ: 'secevent+jwt' }],
      ['that brings its key', () => honest(), { jwk: { kty: 'EC' } }],
      ['that says where its key is', () => honest(), { jku: 'http://127.0.0.1:1/keys' }],
    ])('O19: a token %s is refused', async (_name, claims, header = {}) => {
      expect(await refusal(await provider.sign(claims(), header))).toBe('oidc.logout_token');
      expect(await refusal(await provider.sign(honest()))).toBe('accepted');
    });

    it('O19: an ID token is no logout token', async () => {
      const { idToken } = sessionOf(await door.callback(provider.approve(await door.start())));
      expect(await refusal(idToken ?? '')).toBe('oidc.logout_token');
    });

    it('O19: a logout token is no ID token', async () => {
      const recipe = { claims: { events: { [EVENT]: {} } } };
      expect((await door.callback(provider.approve(await door.start(), recipe))).code).toBe('oidc.type');
    });

    it.each<[string, () => string | Promise<string>]>([
      ['with alg none', () => compact({ alg: 'none' }, honest(), '')],
      ['with an empty signature', async () => (await provider.sign(honest())).replace(/[^.]*$/, '')],
      ['with another signature', async () => (await provider.sign(honest())).replace(/[^.]{8}$/, 'AAAAAAAA')],
      ['by a stranger’s key', async () => provider.sign(honest(), {}, await createTokenKey('ES256'))],
      [
        'by a stranger’s key under the provider’s kid',
        async () =>
          provider.sign(honest(), {}, await createTokenKey('ES256', provider.key().publicJwk.kid ?? '')),
      ],
      [
        'by an algorithm that is not listed',
        async () => provider.sign(honest(), {}, await createTokenKey('ES384')),
      ],
      ['that is empty', () => ''],
      ['that is no token', () => 'a.b.c'],
      ['of 1 MB', () => 'x'.repeat(1_000_000)],
      ['whose claims stand twice', () => twice()],
    ])('O19: a token %s is refused', async (_name, token) => {
      expect(await refusal(await token())).toBe('oidc.logout_token');
      expect(await refusal(await provider.sign(honest()))).toBe('accepted');
    });

    it('O19: a key that appeared just before is found, and unknown keys are not looked for again and again', async () => {
      const fresh = await openOpenIdDoor(provider.issuer);
      await fresh.connector.hearBackChannelLogout(await provider.sign(honest()));
      await provider.rotate();
      const before = provider.reads.keys;
      await fresh.connector.hearBackChannelLogout(await provider.sign(honest()));
      const stranger = await createTokenKey('ES256');
      for (let round = 0; round < 10; round += 1) {
        const token = await provider.sign(honest(), {}, stranger);
        await expect(fresh.connector.hearBackChannelLogout(token)).rejects.toThrow('oidc.logout_token');
      }
      expect(provider.reads.keys).toBe(before + 1);
      await fresh.close();
    });

    it('O19: a provider whose keys cannot be read is at fault, not the token', async () => {
      const fresh = await openOpenIdDoor(provider.issuer);
      provider.keySet = { keys: 'none' };
      const token = await provider.sign(honest());
      await expect(fresh.connector.hearBackChannelLogout(token)).rejects.toThrow('idp.unavailable');
      await fresh.close();
    });

    function twice(): string {
      const [header = '', claims = '', signature = ''] = compact({ alg: 'ES256' }, honest(), 'x').split('.');
      const text = Buffer.from(claims, 'base64url').toString().replace('{', '{"sub":"bob",');
      return `${header}.${Buffer.from(text).toString('base64url')}.${signature}`;
    }
  });
});
