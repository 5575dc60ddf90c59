import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVIDER_PRESETS } from '../../src/core/catalogue.ts';
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../support/fake-openid-provider.ts';
import { openOpenIdDoor } from '../support/openid-door.ts';
import { openIdShapes } from '../support/openid-provider-shapes.ts';

describe('an OpenID connector with a preset', () => {
  let provider: FakeOpenIdProvider;

  beforeAll(async () => {
    provider = await startFakeOpenIdProvider();
  });

  afterAll(async () => {
    await provider.close();
  });

  async function signIn(preset: (typeof PROVIDER_PRESETS)[number], settings: object = {}) {
    const shape = openIdShapes(Math.floor(Date.now() / 1_000))[preset];
    provider.discovery = { userinfo_endpoint: `${provider.issuer}/userinfo`, ...shape.discovery };
    provider.userinfo = shape.userinfo === undefined ? undefined : { claims: shape.userinfo };
    const door = await openOpenIdDoor(provider.issuer, { preset, ...settings });
    const recipe = { claims: shape.claims, ...(shape.header === undefined ? {} : { header: shape.header }) };
    const outcome = await door.callback(provider.approve(await door.start(), recipe));
    await door.close();
    return { shape, outcome };
  }

  it.each(PROVIDER_PRESETS)('sees the person in what %s sends', async (preset) => {
    const { shape, outcome } = await signIn(preset);
    expect(outcome).toMatchObject({ status: 200, ...shape.person });
    expect(outcome.groups).toEqual(shape.person.groups);
    expect(outcome.providerSession).toBe(shape.providerSession);
  });

  it.each(PROVIDER_PRESETS)('lets every name that is given for %s count before its own', async (preset) => {
    const given = { groupsClaim: 'iss', emailClaim: 'sub', displayNameClaim: 'sub', userinfo: false };
    const { shape, outcome } = await signIn(preset, given);
    const { subject } = shape.person;
    expect(outcome).toMatchObject({
      status: 200,
      groups: [provider.issuer],
      email: subject,
      displayName: subject,
    });
  });

  it.each(PROVIDER_PRESETS)(
    'takes a token of %s as it is made, though no skew of clocks is allowed',
    async (preset) => {
      expect((await signIn(preset, { clockSkewSeconds: 0 })).outcome.code).toBeUndefined();
    },
  );

  it('asks Okta with two factors for what Okta calls so', async () => {
    const settings = { requiredContexts: ['urn:okta:loa:2fa:any'], requiredMethods: ['mfa'] };
    expect((await signIn('okta', settings)).outcome.status).toBe(200);
    expect((await signIn('ping', settings)).outcome.code).toBe('oidc.acr');
  });
});
