/** `private_key_jwt`: what an application signs is for one use, for us alone, for minutes. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compact, createTokenKey, type TokenKey } from '../support/fake-openid-provider.ts';
import { publicPart, ROLES, startOAuthWorld, type OAuthWorld } from '../support/oauth-world.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

let world: OAuthWorld;
let stranger: TokenKey;
let publishing: TokenKey;

beforeAll(async () => {
  [stranger, publishing] = await Promise.all([
    createTokenKey('ES256', 'first'),
    createTokenKey('EdDSA', 'new'),
  ]);
  world = await startOAuthWorld();
});
afterAll(() => world.close());

const seconds = (): number => Math.floor(Date.now() / 1_000);

describe('a client assertion', () => {
  it('gives a token that works, and is told of with its key', async () => {
    const answer = await world.byAssertion(await world.assertion());
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 });
    expect(recordedFor(world.broker, answer)).toMatchObject([
      { name: 'access-token.issued', principal: 'application:by-key', detail: { by: 'key', key: 'first' } },
    ]);
    expect((await world.api(answer).credentials(ROLES[0])).status).toBe(200);
  });

  it('A03: works once, whatever is asked with it', async () => {
    for (const more of [{}, { scope: 'nothing' }]) {
      const assertion = await world.assertion();
      const first = await world.byAssertion(assertion, more);
      expect(first.body['error']).toBe('scope' in more ? 'invalid_scope' : undefined);
      const second = await world.byAssertion(assertion);
      expect([second.status, second.body['error']]).toEqual([401, 'invalid_client']);
      expect(recordedFor(world.broker, second)).toMatchObject([
        { name: 'access-token.denied', detail: { client: 'by-key', detail: 'it was used before' } },
      ]);
    }
  });

  it('A03: gives one token to fifty who come with it at once', async () => {
    const assertion = await world.assertion();
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.byAssertion(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
  });

  it('A03: is remembered over a restart, as on another node', async () => {
    const assertion = await world.assertion();
    expect((await world.byAssertion(assertion)).status).toBe(200);
    await world.broker.restart();
    expect((await world.byAssertion(assertion)).body['error']).toBe('invalid_client');
  });

  it('A03: is spent by introspection and revocation too', async () => {
    const assertion = await world.assertion();
    const fields = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      token: 'x',
    };
    expect((await world.ask(fields, {}, '/api/oauth/introspect')).body).toEqual({ active: false });
    expect((await world.ask(fields, {}, '/api/oauth/revoke')).status).toBe(401);
    expect((await world.byAssertion(assertion)).status).toBe(401);
  });

  it.each<[string, () => Promise<string>]>([
    ['for the token endpoint', () => world.assertion({ aud: `${world.broker.baseUrl}/api/oauth/token` })],
    ['for us with a slash', () => world.assertion({ aud: `${world.broker.baseUrl}/` })],
    ['for us and another', () => world.assertion({ aud: [world.broker.baseUrl, 'https://other.example'] })],
    ['for us in a list', () => world.assertion({ aud: [world.broker.baseUrl] })],
    ['for nobody', () => world.assertion({ aud: undefined })],
    ['that has ended', () => world.assertion({ iat: seconds() - 90, exp: seconds() - 30 })],
    ['that never ends', () => world.assertion({ exp: undefined })],
    ['of six minutes', () => world.assertion({ exp: seconds() + 360 })],
    ['of six minutes without a beginning', () => world.assertion({ iat: undefined, exp: seconds() + 360 })],
    [
      'of an hour that is nearly over',
      () => world.assertion({ iat: seconds() - 3_500, exp: seconds() + 100 }),
    ],
    ['of tomorrow', () => world.assertion({ iat: seconds() + 86_400, exp: seconds() + 86_460 })],
    ['not to be used yet', () => world.assertion({ nbf: seconds() + 600 })],
    ['without a jti', () => world.assertion({ jti: undefined })],
    ['with an empty jti', () => world.assertion({ jti: '' })],
    ['with a number for a jti', () => world.assertion({ jti: 5 })],
    ['about another subject', () => world.assertion({ sub: 'by-secret' })],
    ['of another application', () => world.assertion({ iss: 'by-secret', sub: 'by-secret' })],
    ['of nobody we know', () => world.assertion({ iss: 'nobody', sub: 'nobody' })],
    ['by another key of the same name', () => world.assertion({}, { key: stranger })],
    ['by a key of another name', () => world.assertion({}, { header: { kid: 'other' } })],
    ['by a key without a name', () => world.assertion({}, { header: { kid: undefined } })],
    [
      'that says where its key is',
      () => world.assertion({}, { header: { jku: 'https://evil.example/keys' } }),
    ],
    [
      'that brings its key',
      () => world.assertion({}, { key: stranger, header: { jwk: stranger.publicJwk } }),
    ],
    ['of a logout', () => world.assertion({ events: {} })],
    ['that calls itself an access token', () => world.assertion({}, { header: { typ: 'at+jwt' } })],
    ['without a signature', () => Promise.resolve(compact({ alg: 'none' }, honest(), ''))],
    ['by the public key as a secret', () => Promise.resolve(byPublicKey())],
    ['of nothing', () => Promise.resolve('x')],
    ['of 20 kB', () => world.assertion({ filling: 'x'.repeat(20_000) })],
  ])('A03, A23: %s is refused like any other', async (_what, make) => {
    const answer = await world.byAssertion(await make());
    expect([answer.status, answer.headers.get('www-authenticate'), answer.body]).toEqual([
      401,
      'Basic realm="daypass"',
      { error: 'invalid_client', error_description: 'The client did not prove who it is.' },
    ]);
    expect(recordedFor(world.broker, answer)).toMatchObject([{ name: 'access-token.denied' }]);
  });

  function honest(): object {
    const iat = seconds();
    return { iss: 'by-key', sub: 'by-key', aud: world.broker.baseUrl, jti: 'x', iat, exp: iat + 60 };
  }

  function byPublicKey(): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', kid: 'first' })}.${part(honest())}`;
    const secret = JSON.stringify(world.key.publicJwk);
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  }

  it('may come with its own client id, and no other', async () => {
    const own = await world.byAssertion(await world.assertion(), { client_id: 'by-key' });
    expect(own.status).toBe(200);
    const other = await world.byAssertion(await world.assertion(), { client_id: 'by-secret' });
    expect(other.body['error']).toBe('invalid_client');
  });

  it.each([
    [{ client_secret: 'x' }, {}],
    [{}, { authorization: 'Basic YTpi' }],
    [{ client_assertion_type: 'urn:other' }, {}],
  ])('is the only way that is shown: not with %j %j', async (fields, headers) => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const whole = {
      grant_type: 'client_credentials',
      client_assertion_type: type,
      client_assertion: await world.assertion(),
      ...fields,
    };
    const { status, body } = await world.ask(whole, headers);
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
  });

  it('puts no assertion, nor any part of one, into the record', async () => {
    const assertion = await world.assertion();
    await world.byAssertion(assertion);
    await world.byAssertion(assertion);
    const record = JSON.stringify(storedAudit(world.broker));
    for (const part of assertion.split('.')) expect(record).not.toContain(part);
  });
});

describe('keys', () => {
  it('A04: change with an overlap, and what the old one gave ends with it', async () => {
    const old = await world.byAssertion(await world.assertion());
    const next = await createTokenKey('RS256', 'second');
    await world.change('by-key', (each) => ({ ...each, keys: [...each.keys, publicPart(next)] }));
    expect((await world.byAssertion(await world.assertion())).status).toBe(200);
    const byNext = await world.byAssertion(await world.assertion({}, { key: next }));
    expect((await world.api(old).get('/api/v1/me')).status).toBe(200);

    await world.change('by-key', (each) => ({ ...each, keys: [publicPart(next)] }));
    expect((await world.byAssertion(await world.assertion())).body['error']).toBe('invalid_client');
    expect((await world.api(old).get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await world.api(byNext).get('/api/v1/me')).status).toBe(200);
    expect((await world.byAssertion(await world.assertion({}, { key: next }))).status).toBe(200);
  });

  it('may be published by the application, and used as soon as they are', async () => {
    await world.change('by-key', (each) => ({ ...each, keys: [], jwksUrl: `${world.issuer.issuer}/keys` }));
    const byIssuersKey = await world.byAssertion(await world.assertion({}, { key: world.issuer.key() }));
    expect(byIssuersKey.status).toBe(200);
    world.issuer.keySet = { keys: [publishing.publicJwk] };
    expect((await world.byAssertion(await world.assertion({}, { key: publishing }))).status).toBe(200);
  });
});
