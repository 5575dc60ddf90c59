import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorSchema } from '../../src/core/catalogue.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { openConnectorDoor, type ConnectorDoor } from '../support/connector-door.ts';
import {
  createTokenKey,
  startFakeOpenIdProvider,
  type FakeOpenIdProvider,
} from '../support/fake-openid-provider.ts';

describe('an OpenID connector with an honest provider', () => {
  let provider: FakeOpenIdProvider;
  let door: ConnectorDoor;

  beforeAll(async () => {
    provider = await startFakeOpenIdProvider();
    door = await openDoor({});
  });

  afterAll(async () => {
    await door.close();
    await provider.close();
  });

  function openDoor(settings: object, secrets: Record<string, string> = {}): Promise<ConnectorDoor> {
    const { issuer } = provider;
    const parsed = connectorSchema.parse({
      kind: 'oidc',
      id: 'corp',
      label: 'Corp',
      issuer,
      clientId: 'daypass',
      ...settings,
    });
    return openConnectorDoor({ create: (environment) => createConnector(parsed, environment), secrets });
  }

  it('O02: asks with state, nonce and an S256 challenge, each fresh, and its own fixed address', async () => {
    const [first, second] = [await door.start(), await door.start()];
    const query = Object.fromEntries(first.searchParams);
    expect(first.origin + first.pathname).toBe(`${provider.issuer}/authorize`);
    expect(query).toMatchObject({
      response_type: 'code',
      client_id: 'daypass',
      scope: 'openid profile email',
      redirect_uri: `${door.baseUrl}/oidc/corp/callback`,
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(query[name]).toMatch(/^[\w-]{43}$/);
      expect(second.searchParams.get(name)).not.toBe(query[name]);
    }
  });

  it('takes over the identity that the signed token states', async () => {
    const outcome = await door.callback(provider.approve(await door.start()));
    expect(outcome).toMatchObject({
      status: 200,
      connectorId: 'corp',
      subject: 'ann',
      displayName: 'Ann Example',
      email: 'ann@example.com',
      groups: ['engineers', 'aws-admins-readonly'],
    });
    expect(outcome.idToken?.split('.')).toHaveLength(3);
    const attributes = new Map(outcome.attributes);
    expect(attributes.get('name')).toEqual(['Ann Example']);
    expect(attributes.has('nonce')).toBe(false);
  });

  it('says when the person proved who they are, as the provider says it', async () => {
    const claims = { auth_time: Math.floor(Date.now() / 1_000) - 3_600 };
    const outcome = await door.callback(provider.approve(await door.start(), { claims }));
    expect(Date.parse(outcome.authentication?.at ?? '')).toBe(claims.auth_time * 1_000);
  });

  it('names the token once, so that it can be spent', async () => {
    const first = await door.callback(provider.approve(await door.start()));
    const second = await door.callback(provider.approve(await door.start()));
    expect(first.spend).toHaveLength(1);
    expect(first.spend?.[0]?.scope).toBe(`id-token ${provider.issuer}`);
    expect(first.spend?.[0]?.value).not.toBe(second.spend?.[0]?.value);
  });

  it('proves itself by client_secret_basic when a secret is set', async () => {
    const confidential = await openDoor({ clientSecretName: 'corp-secret' }, { 'corp-secret': 'p:ss w%rd' });
    const outcome = await confidential.callback(provider.approve(await confidential.start()));
    expect(outcome.status).toBe(200);
    const request = provider.tokenRequests.at(-1);
    // RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    expect(request?.authorization).toBe(`Basic ${Buffer.from('daypass:p%3Ass+w%25rd').toString('base64')}`);
    expect(request?.form.has('client_secret')).toBe(false);
    await confidential.close();
  });

  it('refuses to fall back to a public client when its secret is missing', async () => {
    const broken = await openDoor({ clientSecretName: 'corp-secret' });
    const before = provider.tokenRequests.length;
    expect((await broken.callback(provider.approve(await broken.start()))).code).toBe('catalogue.invalid');
    expect(provider.tokenRequests).toHaveLength(before);
    await broken.close();
  });

  it.each(['ES256', 'PS256', 'EdDSA'])('accepts %s where the settings list it', async (alg) => {
    const other = await openDoor({ signingAlgorithms: [alg] });
    const key = await createTokenKey(alg);
    provider.keySet = { keys: [key.publicJwk] };
    const outcome = await other.callback(provider.approve(await other.start(), { key }));
    provider.keySet = undefined;
    expect(outcome).toMatchObject({ status: 200, subject: 'ann' });
    await other.close();
  });

  it('keeps several sign-ins of one browser apart', async () => {
    const [first, second] = [await door.start(), await door.start()];
    const answers = [provider.approve(second), provider.approve(first)];
    for (const answer of answers) expect((await door.callback(answer)).status).toBe(200);
  });

  it('R8: accepts a key that appeared after the keys were read, and reads them only once more', async () => {
    const fresh = await openDoor({});
    expect((await fresh.callback(provider.approve(await fresh.start()))).status).toBe(200);
    await provider.rotate();
    const reads = provider.reads.keys;
    expect((await fresh.callback(provider.approve(await fresh.start()))).status).toBe(200);
    expect((await fresh.callback(provider.approve(await fresh.start()))).status).toBe(200);
    expect(provider.reads.keys).toBe(reads + 1);
    await fresh.close();
  });
});
