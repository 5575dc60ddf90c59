import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignInDemand } from '../../src/core/ports/stores.ts';
import type { Outcome } from '../support/connector-door.ts';
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../support/fake-openid-provider.ts';
import { openOpenIdDoor } from '../support/openid-door.ts';

const now = (): number => Math.floor(Date.now() / 1_000);
type Case = readonly [what: string, claims: Readonly<Record<string, unknown>>, code: string | undefined];

describe('an OpenID connector that is asked for a fresh or a stronger sign-in', () => {
  let provider: FakeOpenIdProvider;

  beforeAll(async () => {
    provider = await startFakeOpenIdProvider();
  });

  afterAll(async () => {
    await provider.close();
  });

  async function signIn(
    settings: object,
    claims: Readonly<Record<string, unknown>>,
    demand?: SignInDemand,
  ): Promise<{ readonly asked: URLSearchParams; readonly outcome: Outcome }> {
    const door = await openOpenIdDoor(provider.issuer, settings);
    const redirect = await door.start(demand);
    const outcome = await door.callback(provider.approve(redirect, { claims }));
    await door.close();
    return { asked: redirect.searchParams, outcome };
  }

  it('asks for nothing of the kind by default, and says what the provider says', async () => {
    const claims = { acr: 'urn:bank:two-factor', amr: ['pwd', 'otp', 'pwd'] };
    const { asked, outcome } = await signIn({}, claims);
    for (const name of ['prompt', 'max_age', 'acr_values', 'claims']) expect(asked.has(name)).toBe(false);
    expect(outcome.authentication?.contexts).toEqual(['urn:bank:two-factor', 'pwd', 'otp']);
  });

  it('takes the answer’s moment where the provider does not say when, and no contexts where it has none', async () => {
    const { outcome } = await signIn({}, { auth_time: undefined, acr: 1, amr: [2, ''] });
    expect(Math.abs(Date.parse(outcome.authentication?.at ?? '') - Date.now())).toBeLessThan(5_000);
    expect(outcome.authentication?.contexts).toEqual([]);
  });

  describe('O23: with a maximum age of an hour', () => {
    const settings = { maximumAuthenticationAgeSeconds: 3_600, clockSkewSeconds: 10 };

    it.each<Case>([
      ['a sign-in of a minute ago is accepted', { auth_time: now() - 60 }, undefined],
      ['one at the edge is accepted', { auth_time: now() - 3_605 }, undefined],
      ['one past the edge is refused', { auth_time: now() - 3_620 }, 'oidc.auth_time'],
      ['one that does not say when is refused', { auth_time: undefined }, 'oidc.auth_time'],
      ['one that says so as text is refused', { auth_time: String(now()) }, 'oidc.time'],
    ])('%s', async (_name, claims, code) => {
      const { asked, outcome } = await signIn(settings, claims);
      expect(asked.get('max_age')).toBe('3600');
      expect(asked.has('prompt')).toBe(false);
      expect(outcome.code).toBe(code);
    });
  });

  describe('O23: by a role that needs a sign-in after a moment', () => {
    const settings = { clockSkewSeconds: 10, maximumAuthenticationAgeSeconds: 3_600 };

    it.each<Case>([
      ['one from just now is accepted', { auth_time: now() }, undefined],
      ['one from a little before, within the skew, is accepted', { auth_time: now() - 5 }, undefined],
      [
        'one from before is refused, though the connector would take it',
        { auth_time: now() - 60 },
        'oidc.auth_time',
      ],
      ['one that does not say when is refused', { auth_time: undefined }, 'oidc.auth_time'],
    ])('%s', async (_name, claims, code) => {
      const { asked, outcome } = await signIn(settings, claims, { after: new Date(), contexts: [] });
      expect(asked.get('prompt')).toBe('login');
      expect(asked.get('max_age')).toBe('0');
      expect(outcome.code).toBe(code);
    });
  });

  describe('O23: with required contexts', () => {
    const settings = { requiredContexts: ['gold', 'silver'] };

    it.each<Case>([
      ['the first is accepted', { acr: 'gold' }, undefined],
      ['the second is accepted', { acr: 'silver' }, undefined],
      ['another is refused', { acr: 'bronze' }, 'oidc.acr'],
      ['none is refused', {}, 'oidc.acr'],
      ['one in another case is refused', { acr: 'Gold' }, 'oidc.acr'],
      ['one that only contains it is refused', { acr: 'gold silver' }, 'oidc.acr'],
      ['one among the methods does not count', { amr: ['gold'] }, 'oidc.acr'],
      ['one that is no text does not count', { acr: { gold: true } }, 'oidc.acr'],
    ])('%s', async (_name, claims, code) => {
      const { asked, outcome } = await signIn(settings, claims);
      expect(asked.get('acr_values')).toBe('gold silver');
      expect(outcome.code).toBe(code);
    });
  });

  describe('O23: with required methods', () => {
    it.each<Case>([
      ['all of them are accepted', { amr: ['hwk', 'user', 'mfa'] }, undefined],
      ['some of them are refused', { amr: ['mfa'] }, 'oidc.acr'],
      ['none are refused', {}, 'oidc.acr'],
      ['the context does not count', { acr: 'mfa', amr: ['hwk'] }, 'oidc.acr'],
      ['one text that names both is refused', { amr: 'mfa hwk' }, 'oidc.acr'],
      ['thousands are refused', { amr: Array.from({ length: 5_000 }, () => 'mfa') }, 'oidc.acr'],
    ])('%s', async (_name, claims, code) => {
      const { outcome } = await signIn({ requiredMethods: ['mfa', 'hwk'] }, claims);
      expect(outcome.code).toBe(code);
    });
  });

  describe('O23: by a role that needs a context', () => {
    const demand: SignInDemand = { contexts: ['urn:gold', 'mfa'] };

    it.each<Case>([
      ['as acr it is accepted', { acr: 'urn:gold' }, undefined],
      ['as a method it is accepted', { acr: 'urn:silver', amr: ['pwd', 'mfa'] }, undefined],
      ['another is refused', { acr: 'urn:silver', amr: ['pwd'] }, 'oidc.acr'],
      ['none is refused', {}, 'oidc.acr'],
    ])('%s', async (_name, claims, code) => {
      const { asked, outcome } = await signIn({}, claims, demand);
      expect(asked.get('acr_values')).toBe('urn:gold mfa');
      expect(outcome.code).toBe(code);
    });

    it('what every sign-in must be counts beside it', async () => {
      const settings = { requiredContexts: ['urn:silver'] };
      const { asked, outcome } = await signIn(settings, { acr: 'urn:gold' }, { contexts: ['urn:gold'] });
      expect(asked.get('acr_values')).toBe('urn:gold');
      expect(outcome.code).toBe('oidc.acr');
    });
  });

  it('O23: Entra ID’s authentication contexts are asked for as claims, and are a list', async () => {
    const settings = { preset: 'entra-id' };
    const demand = { contexts: ['c2'] };
    const good = await signIn(settings, { acrs: ['c1', 'c2'], acr: '1' }, demand);
    expect(JSON.parse(good.asked.get('claims') ?? '')).toEqual({
      id_token: { acrs: { essential: true, value: 'c2' } },
    });
    expect(good.outcome.authentication?.contexts).toEqual(['1', 'c1', 'c2']);
    expect((await signIn(settings, { acrs: ['c1'] }, demand)).outcome.code).toBe('oidc.acr');
    // Of another provider the claim is a stranger's word.
    expect((await signIn({}, { acrs: ['c2'] }, demand)).outcome.code).toBe('oidc.acr');
  });
});
