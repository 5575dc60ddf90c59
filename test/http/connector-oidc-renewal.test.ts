import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/core/errors.ts';
import type { ConfirmedSession, SignInSession } from '../../src/core/ports/stores.ts';
import {
  createTokenKey,
  startFakeOpenIdProvider,
  type FakeOpenIdProvider,
  type TokenRecipe,
} from '../support/fake-openid-provider.ts';
import { openOpenIdDoor, sessionOf, type OpenIdDoor } from '../support/openid-door.ts';

const FIRST: TokenRecipe = { answer: { refresh_token: 'refresh-1' } };

describe('an OpenID provider that is asked whether a person may still sign in', () => {
  let provider: FakeOpenIdProvider;
  let door: OpenIdDoor;

  beforeEach(async () => {
    provider = await startFakeOpenIdProvider('ES256');
    door = await openOpenIdDoor(provider.issuer);
  });

  afterEach(async () => {
    await door.close();
    await provider.close();
  });

  async function signIn(recipe = FIRST, at = door): Promise<SignInSession> {
    return sessionOf(await at.callback(provider.approve(await at.start(), recipe)));
  }

  async function renew(recipe: TokenRecipe, at = door): Promise<ConfirmedSession | undefined | string> {
    const session = await signIn(FIRST, at);
    provider.refreshes.set('refresh-1', recipe);
    try {
      return await at.connector.confirm(session);
    } catch (error) {
      return error instanceof BrokerError ? error.code : `leak ${String(error)}`;
    }
  }

  it('is asked as often as the settings say, where it gave a refresh token', async () => {
    const session = await signIn();
    expect(session.connectorState).toEqual({
      refreshToken: 'refresh-1',
      nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    expect(door.connector.confirmationSeconds(session)).toBe(900);
    const without = await signIn({});
    expect(without.connectorState).toBeUndefined();
    expect(door.connector.confirmationSeconds(without)).toBeUndefined();
  });

  it('is not asked, and its refresh token is not kept, where the settings say never', async () => {
    const never = await openOpenIdDoor(provider.issuer, { refreshSeconds: 0 });
    const session = await signIn(FIRST, never);
    expect(session.connectorState).toBeUndefined();
    // Also of a session that still holds one, from before the setting.
    expect(never.connector.confirmationSeconds(await signIn())).toBeUndefined();
    await never.close();
  });

  it('says what the person is now, and its new refresh token replaces the old one', async () => {
    const recipe = {
      claims: { groups: ['auditors'], nonce: undefined },
      answer: { refresh_token: 'refresh-2' },
    };
    const confirmed = await renew(recipe);
    const { id_token: newest } = provider.handedOut.at(-1) ?? {};
    expect(confirmed).toMatchObject({
      identity: { connectorId: 'corp', subject: 'ann', groups: ['auditors'] },
      idToken: newest,
      connectorState: { refreshToken: 'refresh-2' },
    });
    const { form } = provider.tokenRequests.at(-1) ?? {};
    expect(form?.get('grant_type')).toBe('refresh_token');
    expect(form?.get('refresh_token')).toBe('refresh-1');
  });

  it('may keep its refresh token, and leave out the ID token: the person stays as they were', async () => {
    const session = await signIn();
    provider.refreshes.set('refresh-1', { answer: { id_token: undefined } });
    const confirmed = await door.connector.confirm(session);
    expect(confirmed?.identity).toEqual(session.identity);
    expect(confirmed?.idToken).toBe(session.idToken);
    expect(confirmed?.connectorState).toEqual(session.connectorState);
  });

  it('may repeat the sign-in’s nonce, and no other', async () => {
    const session = await signIn();
    provider.refreshes.set('refresh-1', { claims: { nonce: session.connectorState?.['nonce'] } });
    expect((await door.connector.confirm(session))?.identity.subject).toBe('ann');
    expect(await renew({ claims: { nonce: 'another' } })).toBeUndefined();
  });

  it('is asked at userinfo too, where the settings say so', async () => {
    provider.discovery = { userinfo_endpoint: `${provider.issuer}/userinfo` };
    provider.userinfo = { claims: { groups: ['before'] } };
    const thin = { ...FIRST, claims: { groups: undefined } };
    const withUserinfo = await openOpenIdDoor(provider.issuer, { userinfo: true });
    const session = await signIn(thin, withUserinfo);
    expect(session.identity.groups).toEqual(['before']);
    provider.userinfo = { claims: { groups: ['after'] } };
    provider.refreshes.set('refresh-1', { answer: { id_token: undefined } });
    expect((await withUserinfo.connector.confirm(session))?.identity.groups).toEqual(['after']);
    // Somebody else's answer confirms nobody.
    provider.userinfo = { claims: { sub: 'bob' } };
    expect(await withUserinfo.connector.confirm(session)).toBeUndefined();
    await withUserinfo.close();
  });

  const refused = (error: string, status = 400) => ({
    handle: (response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    },
  });

  it.each<[string, TokenRecipe]>([
    ['invalid_grant', refused('invalid_grant')],
    ['invalid_grant with 401', refused('invalid_grant', 401)],
    ['interaction_required', refused('interaction_required')],
    ['login_required', refused('login_required')],
  ])('ends the session by %s', async (_name, recipe) => {
    expect(await renew(recipe)).toBeUndefined();
  });

  it('ends the session of a refresh token that it does not know', async () => {
    expect(await door.connector.confirm(await signIn())).toBeUndefined();
  });

  it.each<[string, TokenRecipe]>([
    ['another person', { claims: { sub: 'bob' } }],
    ['another issuer', { claims: { iss: 'https://other.example' } }],
    ['another client', { claims: { aud: 'other' } }],
    ['an old token', { claims: { iat: Math.floor(Date.now() / 1_000) - 86_400 } }],
    ['a token of another kind', { header: { typ: 'at+jwt' } }],
    ['a hash of another access token', { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
    ['groups of an unusable form', { claims: { groups: { admins: true } } }],
  ])('ends the session when it answers with %s', async (_name, recipe) => {
    expect(await renew(recipe)).toBeUndefined();
  });

  it('ends the session when a stranger’s key has signed', async () => {
    expect(await renew({ key: await createTokenKey('ES256') })).toBeUndefined();
  });

  it.each<[string, TokenRecipe]>([
    ['500', refused('server_error', 500)],
    ['500 that says invalid_grant', refused('invalid_grant', 500)],
    ['429', refused('slow_down', 429)],
    ['a wrong client secret', refused('invalid_client', 401)],
    ['an unknown error', refused('toString')],
    ['HTML', { handle: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>') }],
    ['a reset', { handle: (response) => response.destroy() }],
    ['no access token', { answer: { access_token: undefined } }],
  ])('goes on when its answer is %s', async (_name, recipe) => {
    expect(await renew(recipe)).toBe('idp.unavailable');
  });

  it('keeps the new refresh token though its keys or userinfo cannot be read just now', async () => {
    const session = await signIn();
    await provider.rotate({ publish: false });
    provider.keySet = { keys: 'none' };
    door.shiftClock(25 * 3_600_000);
    const later = Math.floor(Date.now() / 1_000) + 25 * 3_600;
    const claims = { iat: later, exp: later + 300, groups: ['admins'] };
    provider.refreshes.set('refresh-1', { claims, answer: { refresh_token: 'refresh-2' } });
    const confirmed = await door.connector.confirm(session);
    // Nothing of what could not be verified counts.
    expect(confirmed?.identity).toEqual(session.identity);
    expect(confirmed?.idToken).toBe(session.idToken);
    expect(confirmed?.connectorState?.['refreshToken']).toBe('refresh-2');
  });

  describe('for refresh tokens', () => {
    async function asked(settings: object): Promise<URLSearchParams> {
      const other = await openOpenIdDoor(provider.issuer, settings);
      const { searchParams } = await other.start();
      await other.close();
      return searchParams;
    }
    const scopes = ['openid', 'offline_access'];

    it('asks only where the scopes name offline access, and with consent as the standard has it', async () => {
      expect((await asked({})).get('scope')).not.toContain('offline_access');
      const query = await asked({ scopes });
      expect(query.get('scope')).toBe('openid offline_access');
      expect(query.get('prompt')).toBe('consent');
    });

    it('asks known products in their own way', async () => {
      expect((await asked({ scopes, preset: 'entra-id' })).has('prompt')).toBe(false);
      const google = await asked({ scopes, preset: 'google-workspace' });
      expect(google.get('scope')).toBe('openid');
      expect(google.get('access_type')).toBe('offline');
      expect((await asked({ preset: 'google-workspace' })).has('access_type')).toBe(false);
    });
  });
});
