import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BROKER_URL,
  startSandboxIdentityProviders,
  type StartedIdentityProviders,
} from '../support/start-sandbox-identity-providers.ts';

const REDIRECT_URI = `${BROKER_URL}/oidc/sandbox-oidc/callback`;
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const BASIC = `Basic ${Buffer.from('daypass:a+secret%3A+of%2Bdaypass').toString('base64')}`;

let idp: StartedIdentityProviders;
beforeAll(async () => {
  idp = await startSandboxIdentityProviders();
});
afterAll(() => idp.close());

function authorizationQuery(changes: Record<string, string | undefined> = {}): URLSearchParams {
  const params: Record<string, string | undefined> = {
    client_id: 'daypass',
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid profile email',
    state: 'st&te=1',
    nonce: 'n0nce',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...changes,
  };
  return new URLSearchParams(
    Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

async function authorize(query: URLSearchParams): Promise<Response> {
  return fetch(`${idp.url}/oidc/authorize?${query.toString()}`, { redirect: 'manual' });
}

async function choose(person: string, query = authorizationQuery()): Promise<URL> {
  const response = await fetch(`${idp.url}/oidc/authorize/choice`, {
    method: 'POST',
    body: new URLSearchParams({ request: query.toString(), person }),
    redirect: 'manual',
  });
  expect(response.status).toBe(303);
  return new URL(response.headers.get('location') ?? '');
}

async function codeFor(person: string, query = authorizationQuery()): Promise<string> {
  return (await choose(person, query)).searchParams.get('code') ?? '';
}

interface TokenAnswer {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token: string;
  readonly error: string;
}

async function redeem(
  code: string,
  changes: Record<string, string> = {},
  headers: Record<string, string> = { authorization: BASIC },
): Promise<{ status: number; body: TokenAnswer }> {
  const response = await fetch(`${idp.url}/oidc/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      ...changes,
    }),
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer };
}

describe('discovery', () => {
  it('names its issuer, its endpoints below it, PKCE and the iss parameter', async () => {
    const answer = await fetch(`${idp.url}/oidc/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      issuer: `${idp.url}/oidc`,
      authorization_endpoint: `${idp.url}/oidc/authorize`,
      jwks_uri: `${idp.url}/oidc/jwks`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  it('publishes public keys alone', async () => {
    const { keys } = (await (await fetch(`${idp.url}/oidc/jwks`)).json()) as { keys: object[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

describe('the page that asks who one wants to be', () => {
  it('offers everybody, escapes what the request brought and lets forms go to the broker alone', async () => {
    const response = await authorize(authorizationQuery({ state: '"><script>alert(1)</script>' }));
    const html = await response.text();
    expect(response.status).toBe(200);
    for (const name of ['Erin Engel', 'Priya Nair', 'Carlos Ortiz', 'Alex Admin', 'Nora Quinn']) {
      expect(html).toContain(name);
    }
    expect(html).not.toContain('<script>alert');
    expect(response.headers.get('content-security-policy')).toContain(
      `form-action 'self' ${BROKER_URL} http://aws.test:8081`,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('takes an authorization request by POST too', async () => {
    const response = await fetch(`${idp.url}/oidc/authorize`, {
      method: 'POST',
      body: authorizationQuery(),
    });
    expect(await response.text()).toContain('Erin Engel');
  });

  it.each([
    ['an unknown client', { client_id: 'other' }],
    ['no client', { client_id: undefined }],
    ['a foreign redirect URI', { redirect_uri: 'https://evil.test/oidc/x/callback' }],
    ['a redirect URI that only begins like ours', { redirect_uri: `${BROKER_URL}.evil.test/oidc` }],
    ['a redirect URI with user info', { redirect_uri: 'http://broker.test:8080@evil.test/' }],
    ['a redirect URI with a fragment', { redirect_uri: `${REDIRECT_URI}#x` }],
    ['a redirect URI with dot segments', { redirect_uri: `${BROKER_URL}/oidc/../callback` }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['a state of 100 kB', { state: 'x'.repeat(3_000) }],
  ])('shows an error and sends nobody anywhere for %s', async (_what, changes) => {
    const response = await authorize(authorizationQuery(changes));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  it('refuses a parameter that is there twice', async () => {
    const query = authorizationQuery();
    query.append('redirect_uri', 'https://evil.test/');
    expect((await authorize(query)).status).toBe(400);
  });

  it.each([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['no openid scope', { scope: 'profile' }, 'invalid_scope'],
    ['a silent sign-in', { prompt: 'none' }, 'login_required'],
    ['a request object', { request: 'x' }, 'request_not_supported'],
  ])('sends %s back with an error, state and issuer', async (_what, changes, error) => {
    const response = await authorize(authorizationQuery(changes));
    expect(response.status).toBe(303);
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.searchParams.get('error')).toBe(error);
    expect(location.searchParams.get('state')).toBe('st&te=1');
    expect(location.searchParams.get('iss')).toBe(`${idp.url}/oidc`);
    expect(location.searchParams.has('code')).toBe(false);
  });

  it('checks the request again when the choice comes, whatever the page was made to say', async () => {
    const forged = authorizationQuery({ redirect_uri: 'https://evil.test/' });
    const response = await fetch(`${idp.url}/oidc/authorize/choice`, {
      method: 'POST',
      body: new URLSearchParams({ request: forged.toString(), person: 'erin.engel' }),
      redirect: 'manual',
    });
    expect(response.status).toBe(400);
  });

  it('sends a visitor who chose nobody back as denied, and knows nobody by another name', async () => {
    expect((await choose('')).searchParams.get('error')).toBe('access_denied');
    const response = await fetch(`${idp.url}/oidc/authorize/choice`, {
      method: 'POST',
      body: new URLSearchParams({ request: authorizationQuery().toString(), person: '__proto__' }),
    });
    expect(response.status).toBe(400);
  });
});

describe('the token endpoint', () => {
  it('gives an ID token that says who was chosen, verifiable by the published key', async () => {
    const back = await choose('priya.nair');
    expect(back.searchParams.get('state')).toBe('st&te=1');
    expect(back.searchParams.get('iss')).toBe(`${idp.url}/oidc`);
    const { status, body } = await redeem(back.searchParams.get('code') ?? '');
    expect(status).toBe(200);
    const keys = createRemoteJWKSet(new URL(`${idp.url}/oidc/jwks`));
    const { payload } = await jwtVerify(body.id_token, keys, {
      issuer: `${idp.url}/oidc`,
      audience: 'daypass',
      algorithms: ['RS256'],
    });
    expect(decodeProtectedHeader(body.id_token).kid).toBeTypeOf('string');
    expect(payload).toMatchObject({
      sub: 'priya.nair',
      name: 'Priya Nair',
      email: 'priya.nair@example.com',
      email_verified: true,
      groups: ['engineering', 'payments-leads'],
      department: 'payments',
      nonce: 'n0nce',
      azp: 'daypass',
    });
    const half = createHash('sha256').update(body.access_token).digest().subarray(0, 16);
    expect(payload['at_hash']).toBe(half.toString('base64url'));
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect(payload['auth_time']).toBeLessThanOrEqual(payload.iat ?? 0);
  });

  it('says an empty list of groups for somebody without any, and keeps to the scopes', async () => {
    const { body } = await redeem(await codeFor('nora.quinn', authorizationQuery({ scope: 'openid' })));
    const { payload } = await jwtVerify(body.id_token, createRemoteJWKSet(new URL(`${idp.url}/oidc/jwks`)));
    expect(payload['groups']).toEqual([]);
    expect(payload).not.toHaveProperty('email');
    expect(payload).not.toHaveProperty('name');
  });

  it('takes the secret in the form, and none from a public client', async () => {
    const inForm = { client_id: 'daypass', client_secret: 'a secret: of+daypass' };
    expect((await redeem(await codeFor('erin.engel'), inForm, {})).status).toBe(200);
    const code = await codeFor('erin.engel', authorizationQuery({ client_id: 'daypass-public' }));
    expect((await redeem(code, { client_id: 'daypass-public' }, {})).status).toBe(200);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['no secret', { client_id: 'daypass' }, {}],
    ['a wrong secret', { client_id: 'daypass', client_secret: 'guess' }, {}],
    ['an unknown client', { client_id: 'other' }, {}],
    ['two methods at once', { client_id: 'daypass', client_secret: 'x' }, { authorization: BASIC }],
    ['two client ids', { client_id: 'daypass-public' }, { authorization: BASIC }],
    ['a secret of a public client', { client_id: 'daypass-public', client_secret: 'x' }, {}],
    ['broken Basic', {}, { authorization: 'Basic %%%' }],
    [
      'Basic with a broken escape',
      {},
      { authorization: `Basic ${Buffer.from('daypass:%zz').toString('base64')}` },
    ],
  ])('refuses %s as invalid_client', async (_what, form, headers) => {
    const { status, body } = await redeem(await codeFor('erin.engel'), form, headers);
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it.each([
    ['another redirect URI', { redirect_uri: `${BROKER_URL}/other` }],
    ['a wrong verifier', { code_verifier: 'w'.repeat(43) }],
    ['a short verifier', { code_verifier: 'v' }],
  ])('refuses a code with %s, for good', async (_what, changes) => {
    const code = await codeFor('erin.engel');
    const { status, body } = await redeem(code, changes);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect((await redeem(code)).body.error).toBe('invalid_grant');
  });

  it("refuses another client's code", async () => {
    const code = await codeFor('erin.engel');
    expect((await redeem(code, { client_id: 'daypass-public' }, {})).body.error).toBe('invalid_grant');
  });

  it('takes a code once, and ends what it gave when it comes again', async () => {
    const code = await codeFor('erin.engel');
    const { body } = await redeem(code);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const userInfo = await fetch(`${idp.url}/oidc/userinfo`, { headers });
    expect(await userInfo.json()).toMatchObject({ sub: 'erin.engel', groups: ['engineering'] });
    expect((await redeem(code)).body.error).toBe('invalid_grant');
    expect((await fetch(`${idp.url}/oidc/userinfo`, { headers })).status).toBe(401);
  });

  it('refuses a code after a minute', async () => {
    const code = await codeFor('erin.engel');
    idp.passSeconds(61);
    expect((await redeem(code)).body.error).toBe('invalid_grant');
  });

  it('knows no other grant', async () => {
    const { body } = await redeem('x', { grant_type: 'password' });
    expect(body.error).toBe('unsupported_grant_type');
  });
});

describe('a stronger sign-in', () => {
  const MFA = 'https://refeds.org/profile/mfa';
  const strongQuery = authorizationQuery({ acr_values: `other ${MFA}`, max_age: '0', prompt: 'login' });

  async function claimsFor(query: URLSearchParams, field?: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${idp.url}/oidc/authorize/choice`, {
      method: 'POST',
      body: new URLSearchParams({
        request: query.toString(),
        person: 'erin.engel',
        ...(field === undefined ? {} : { 'second-factor': field }),
      }),
      redirect: 'manual',
    });
    const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
    return decodeJwt((await redeem(code)).body.id_token);
  }

  it('is announced, and proposed to who is asked for it', async () => {
    const response = await fetch(`${idp.url}/oidc/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({ acr_values_supported: [MFA] });
    const box = /name="second-factor" value="yes"( checked)?/;
    expect(box.exec(await (await authorize(strongQuery)).text())?.[1]).toBe(' checked');
    expect(box.exec(await (await authorize(authorizationQuery())).text())?.[1]).toBeUndefined();
  });

  it('is vouched for when the visitor says so, and only then', async () => {
    expect(await claimsFor(strongQuery, 'yes')).toMatchObject({ acr: MFA, amr: ['pwd', 'otp'] });
    for (const field of [undefined, '', 'no', MFA]) {
      const claims = await claimsFor(strongQuery, field);
      expect(claims).not.toHaveProperty('acr');
      expect(claims).not.toHaveProperty('amr');
      expect(Math.abs(Number(claims['auth_time']) * 1_000 - idp.now().getTime())).toBeLessThan(5_000);
    }
  });

  it('is asked for in a way that can be read', async () => {
    const refused = await authorize(authorizationQuery({ max_age: 'soon' }));
    expect(new URL(refused.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request');
  });
});

describe('refresh tokens', () => {
  const offline = authorizationQuery({ scope: 'openid offline_access' });
  const refresh = (token: string, headers?: Record<string, string>) =>
    redeem('', { grant_type: 'refresh_token', refresh_token: token }, headers);

  it('come only with offline_access', async () => {
    expect((await redeem(await codeFor('erin.engel'))).body.refresh_token).toBeUndefined();
    expect((await redeem(await codeFor('erin.engel', offline))).body.refresh_token).toMatch(/^[\w-]{43}$/);
  });

  it('give the same sign-in anew, each once', async () => {
    const { body } = await redeem(await codeFor('erin.engel', offline));
    idp.passSeconds(300);
    const renewed = await refresh(body.refresh_token);
    expect(renewed.status).toBe(200);
    const [before, after] = [decodeJwt(body.id_token), decodeJwt(renewed.body.id_token)];
    expect([after.sub, after['auth_time'], after['nonce']]).toEqual([
      'erin.engel',
      before['auth_time'],
      undefined,
    ]);
    expect(Number(after.iat) - Number(before.iat)).toBeGreaterThanOrEqual(300);
    expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(renewed.body.refresh_token)).status).toBe(200);
  });

  it('are their client’s alone, and end with a code that comes again', async () => {
    const code = await codeFor('erin.engel', offline);
    const { body } = await redeem(code);
    const other = await redeem(
      '',
      { grant_type: 'refresh_token', refresh_token: body.refresh_token, client_id: 'daypass-public' },
      {},
    );
    expect(other.body.error).toBe('invalid_grant');
    await redeem(code);
    expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant');
  });
});

describe('the end of a session', () => {
  it('leads back below the broker and nowhere else', async () => {
    const end = (target: string): Promise<Response> =>
      fetch(
        `${idp.url}/oidc/end-session?${new URLSearchParams({ post_logout_redirect_uri: target, state: 's' }).toString()}`,
        {
          redirect: 'manual',
        },
      );
    expect((await end(`${BROKER_URL}/sign-in`)).headers.get('location')).toBe(
      `${BROKER_URL}/sign-in?state=s`,
    );
    const foreign = await end('https://evil.test/');
    expect([foreign.status, foreign.headers.get('location')]).toEqual([200, null]);
  });
});

describe('bad input', () => {
  it('is a 4xx with a page, never a 5xx', async () => {
    const large = await fetch(`${idp.url}/oidc/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'x'.repeat(200_000),
    });
    const unknown = await fetch(`${idp.url}/nowhere`);
    const strangeCharset = await fetch(`${idp.url}/oidc/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=nonsense' },
      body: 'a=b',
    });
    const badPath = await fetch(`${idp.url}/_sandbox/assets/%E0%A4%A`);
    expect([large.status, unknown.status, strangeCharset.status, badPath.status]).toEqual([
      413, 404, 415, 404,
    ]);
    expect(await large.text()).not.toMatch(/node_modules|\.ts:\d/);
  });
});
