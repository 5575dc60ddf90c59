/** What an application may ask about its tokens, what it may ask for, and how a secret is changed or guessed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomToken, sha256Hex } from '../../src/lib/hash.ts';
import { ApiClient } from '../support/api-client.ts';
import {
  CLIENT_CREDENTIALS,
  ROLES,
  SECRETS,
  startOAuthWorld,
  type Fields,
  type OAuthAnswer,
  type OAuthWorld,
} from '../support/oauth-world.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

let world: OAuthWorld;

beforeAll(async () => {
  world = await startOAuthWorld();
});
afterAll(() => world.close());

const BY_SECRET = { client_id: 'by-secret', client_secret: SECRETS[0] };
const bySecret = (more: Fields = {}): Promise<OAuthAnswer> =>
  world.ask({ ...CLIENT_CREDENTIALS, ...BY_SECRET, ...more });
const introspect = (token: string, by: Fields = BY_SECRET): Promise<OAuthAnswer> =>
  world.ask({ ...by, token }, {}, '/api/oauth/introspect');
const revoke = (token: string): Promise<OAuthAnswer> =>
  world.ask({ ...BY_SECRET, token }, {}, '/api/oauth/revoke');
const tokenOf = ({ body }: OAuthAnswer): string => String(body['access_token']);

describe('introspection', () => {
  it('tells an application about its own token', async () => {
    const { body } = await introspect(tokenOf(await bySecret({ scope: `role:${ROLES[0]}` })));
    expect(body).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: world.broker.baseUrl,
      aud: `${world.broker.baseUrl}/api`,
      sub: 'application:by-secret',
      client_id: 'by-secret',
      scope: `role:${ROLES[0]}`,
      iat: expect.any(Number) as number,
      exp: (body['iat'] as number) + 3_600,
    });
  });

  it('tells nothing of anything else', async () => {
    const other = tokenOf(await world.byAssertion(await world.assertion()));
    for (const token of [other, 'x', `daypass_at_${randomToken()}`, `${other}x`]) {
      expect((await introspect(token)).body).toEqual({ active: false });
    }
  });

  it.each(['/api/oauth/introspect', '/api/oauth/revoke'])('A23: asks at %s who calls', async (path) => {
    const token = tokenOf(await bySecret());
    const wrong = await world.ask({ client_id: 'by-secret', client_secret: 'x', token }, {}, path);
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client']);
    expect((await world.ask({ token }, {}, path)).status).toBe(401);
    expect((await world.ask(BY_SECRET, {}, path)).body['error']).toBe('invalid_request');
    expect((await introspect(token)).body['active']).toBe(true);
  });

  it.each(['token', 'introspect', 'revoke'])('answers no other method at %s', async (name) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(`${world.broker.baseUrl}/api/oauth/${name}`, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, method === 'GET' ? 'POST' : null]);
    }
  });
});

describe('revocation', () => {
  it('A01: ends a token at once, and is told of once', async () => {
    const token = tokenOf(await bySecret());
    const api = new ApiClient(world.broker.baseUrl, { authorization: `Bearer ${token}` });
    expect((await api.get('/api/v1/me')).status).toBe(200);
    const first = await revoke(token);
    expect([first.status, first.body]).toEqual([200, {}]);
    expect(recordedFor(world.broker, first)).toMatchObject([
      { name: 'access-token.revoked', principal: 'application:by-secret' },
    ]);
    expect((await api.get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await api.credentials(ROLES[0])).body.code).toBe('token.invalid');
    expect((await introspect(token)).body).toEqual({ active: false });
    const second = await revoke(token);
    expect([second.status, recordedFor(world.broker, second)]).toEqual([200, []]);
  });

  it('leaves another application’s token alone, and says the same', async () => {
    const other = await world.byAssertion(await world.assertion());
    expect((await revoke(tokenOf(other))).status).toBe(200);
    expect((await world.api(other).get('/api/v1/me')).status).toBe(200);
  });
});

describe('what is asked for', () => {
  it('is narrowed by scope', async () => {
    const answer = await bySecret({ scope: `role:${ROLES[0]} role:${ROLES[0]}` });
    expect(answer.body['scope']).toBe(`role:${ROLES[0]}`);
    const api = world.api(answer);
    const { body } = await api.get<{ roles: { id: string }[] }>('/api/v1/roles');
    expect(body.roles.map(({ id }) => id)).toEqual([ROLES[0]]);
    expect((await api.credentials(ROLES[0])).status).toBe(200);
    const refused = await api.credentials(ROLES[1]);
    expect([refused.status, refused.body.code]).toEqual([403, 'token.role']);
  });

  it.each([
    [{ scope: 'openid' }, 'invalid_scope'],
    [{ scope: ' ' }, 'invalid_scope'],
    [{ scope: 'role:' }, 'invalid_scope'],
    [{ scope: 'role:no-such-role' }, 'invalid_scope'],
    [{ scope: 'role:production-developer' }, 'invalid_scope'],
    [{ scope: `role:${ROLES[0]} role:tools-session` }, 'invalid_scope'],
    [{ scope: 'role:__proto__' }, 'invalid_scope'],
    [{ resource: 'https://other.example/api' }, 'invalid_target'],
    [{ audience: 'aws' }, 'invalid_target'],
  ])('is refused as %j', async (more: Fields, error) => {
    const answer = await bySecret(more);
    expect([answer.status, answer.body['error']]).toEqual([400, error]);
    expect(recordedFor(world.broker, answer)).toMatchObject([
      { name: 'access-token.denied', principal: 'application:by-secret' },
    ]);
  });

  it('may name this API as its resource, and nothing beside it', async () => {
    const api = `${world.broker.baseUrl}/api`;
    expect((await bySecret({ resource: api, audience: api })).status).toBe(200);
    expect((await bySecret({ resource: api, audience: 'aws' })).body['error']).toBe('invalid_target');
  });

  it('is described where clients look for it', async () => {
    const answer = await fetch(`${world.broker.baseUrl}/.well-known/oauth-authorization-server`);
    expect(await answer.json()).toMatchObject({
      issuer: world.broker.baseUrl,
      token_endpoint: `${world.broker.baseUrl}/api/oauth/token`,
      introspection_endpoint: `${world.broker.baseUrl}/api/oauth/introspect`,
      revocation_endpoint: `${world.broker.baseUrl}/api/oauth/revoke`,
    });
  });
});

describe('A01: tokens of another audience', () => {
  it('are nothing to the API', async () => {
    const token = `daypass_at_${randomToken()}`;
    await world.broker.whileDown(async ({ authorizations }) => {
      const now = new Date();
      const expiresAt = new Date(Date.now() + 600_000);
      await authorizations.create({
        authorization: {
          id: randomToken(),
          kind: 'identity-center',
          label: 'aws-cli',
          facts: {},
          createdAt: now,
          usedAt: now,
          expiresAt,
        },
        tokens: [{ use: 'access', idHash: sha256Hex(token), expiresAt }],
        event: {
          name: 'access-token.issued',
          at: now,
          origin: { door: 'aws-client', requestId: 'test' },
          detail: {},
        },
      });
    });
    const api = new ApiClient(world.broker.baseUrl, { authorization: `Bearer ${token}` });
    expect((await api.get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await introspect(token)).body).toEqual({ active: false });
    expect((await revoke(token)).status).toBe(200);
  });
});

describe('a secret', () => {
  it('A04: is changed with an overlap, and what the old one gave ends with it', async () => {
    const byOld = await bySecret();
    const bySecond = await bySecret({ client_secret: SECRETS[1] });
    expect([byOld.status, bySecond.status]).toEqual([200, 200]);
    await world.change('by-secret', (each) => ({ ...each, secretHashes: each.secretHashes.slice(1) }));
    expect((await bySecret()).body['error']).toBe('invalid_client');
    expect((await world.api(byOld).get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await bySecret({ client_secret: SECRETS[1] })).status).toBe(200);
    expect((await world.api(bySecond).get('/api/v1/me')).status).toBe(200);
  });

  it('A04: cannot be the last way that is taken away', async () => {
    await expect(world.change('by-secret', (each) => ({ ...each, secretHashes: [] }))).rejects.toThrow();
    // Mended, as nobody could otherwise use the catalogue.
  });
});

describe('A02: guessing', () => {
  it('is stopped for the one who guesses, whatever is guessed', async () => {
    const many = { burst: 1_000_000, perMinute: 1_000_000 };
    const rateLimits = { signIns: many, failures: many, failedClients: { burst: 3, perMinute: 1 } };
    const limited = await startOAuthWorld({ settings: { rateLimits } });
    const guess = (id: string): Promise<OAuthAnswer> =>
      limited.ask({ ...CLIENT_CREDENTIALS, client_id: id, client_secret: 'guess' });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await guess('by-secret')).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const right = await limited.ask({ ...CLIENT_CREDENTIALS, ...BY_SECRET });
    expect([right.status, right.body['error']]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await guess('nobody')).status).toBe(401);
    expect((await limited.byAssertion(await limited.assertion())).status).toBe(200);
    const denied = storedAudit(limited.broker).filter(({ name }) => name === 'access-token.denied');
    expect(denied).toHaveLength(4);
    await limited.close();
  });
});
