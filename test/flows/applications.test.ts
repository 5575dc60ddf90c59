/** An application from its client secret to an AWS call, and everything that must not get it there. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { callerIdentity, journal, lastCall, type HandedOut } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

const ID = 'billing-report';
const SECRET = SANDBOX_SECRETS['billing-report'];
const ROLE = 'production-readonly';

let broker: TestBroker;
let clockOffset = 0;

beforeAll(async () => {
  broker = await startTestBroker({ clock: { now: () => new Date(Date.now() + clockOffset) } });
});
afterAll(() => broker.close());
beforeEach(() => {
  clockOffset = 0;
});

type Fields = Readonly<Record<string, string>>;

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

function askToken(body: BodyInit, headers: Fields = {}): Promise<Response> {
  return fetch(`${broker.baseUrl}/api/oauth/token`, { method: 'POST', headers, body });
}

function form(fields: Fields): URLSearchParams {
  return new URLSearchParams(fields);
}

const GRANT = { grant_type: 'client_credentials' };

function application(): Promise<ApiClient> {
  return ApiClient.ofApplication(broker.baseUrl, ID, SECRET);
}

async function accessToken(): Promise<string> {
  const answer = await askToken(form(GRANT), { authorization: basic(ID, SECRET) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

function withToken(token: string): ApiClient {
  return new ApiClient(broker.baseUrl, { authorization: `Bearer ${token}` });
}

describe('the token endpoint', () => {
  it.each([
    ['the Authorization header', {}, { authorization: basic(ID, SECRET) }],
    ['the form', { client_id: ID, client_secret: SECRET }, {}],
    [
      'the header, with the client id in the form as well',
      { client_id: ID },
      { authorization: basic(ID, SECRET) },
    ],
  ])('takes the client secret by %s', async (_way, fields, headers) => {
    const answer = await askToken(form({ ...GRANT, ...fields }), headers);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      access_token: expect.stringMatching(/^daypass_at_[\w-]{43}$/) as string,
      token_type: 'Bearer',
      expires_in: 3_600,
    });
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const [issued, ...others] = recordedFor(broker, answer);
    expect(others).toEqual([]);
    expect(issued).toMatchObject({ name: 'access-token.issued', principal: `application:${ID}` });
  });

  it('gives each time another token', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, accessToken));
    expect(new Set(tokens).size).toBe(5);
  });

  it('A23: tells a wrong secret and an unknown client by nothing', async () => {
    const attempts = [
      basic(ID, 'wrong'),
      basic(ID, ''),
      basic(ID, `${SECRET} `),
      basic('no-such-application', SECRET),
      basic('__proto__', SECRET),
      basic('constructor', 'x'),
      'Basic !!!',
      'Bearer abc',
      `Basic ${Buffer.from('no-colon').toString('base64')}`,
      `Basic ${Buffer.from('%zz:%zz').toString('base64')}`,
    ];
    const answers = await Promise.all(
      attempts.map((authorization) => askToken(form(GRANT), { authorization })),
    );
    const seen = await Promise.all(
      answers.map(async (answer) =>
        JSON.stringify([answer.status, answer.headers.get('www-authenticate'), await answer.json()]),
      ),
    );
    expect(new Set(seen)).toEqual(new Set([seen[0]]));
    expect(seen[0]).toContain('[401,"Basic realm=\\"daypass\\"",{"error":"invalid_client"');
    const [denied] = recordedFor(broker, answers[0] ?? expect.fail());
    expect(denied).toMatchObject({ name: 'access-token.denied', detail: { client: ID } });
  });

  it.each([
    ['wrong secret', { client_id: ID, client_secret: 'wrong' }, 401, 'invalid_client'],
    ['no secret', { client_id: ID }, 401, 'invalid_client'],
    ['nothing', {}, 401, 'invalid_client'],
  ])('answers %s in the form with %i', async (_what, fields, status, error) => {
    const answer = await askToken(form({ ...GRANT, ...fields }));
    expect([answer.status, await answer.json()]).toMatchObject([status, { error }]);
  });

  it.each([
    ['both ways at once', { ...GRANT, client_id: ID, client_secret: SECRET }, 'invalid_request'],
    ['two clients at once', { ...GRANT, client_id: 'somebody-else' }, 'invalid_request'],
    ['no grant type', {}, 'invalid_request'],
    ['an empty grant type', { grant_type: '' }, 'invalid_request'],
    ['a password', { grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type'],
    ['a code', { grant_type: 'authorization_code', code: 'x' }, 'unsupported_grant_type'],
    ['a grant type of the object’s', { grant_type: '__proto__' }, 'unsupported_grant_type'],
  ])('refuses %s', async (_what, fields, error) => {
    const answer = await askToken(form(fields), { authorization: basic(ID, SECRET) });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error }]);
  });

  it.each([
    ['a parameter twice', `grant_type=client_credentials&grant_type=client_credentials`],
    ['a client id twice', `grant_type=client_credentials&client_id=${ID}&client_id=${ID}`],
    ['fifty-one parameters', `grant_type=client_credentials${'&a=b'.repeat(60)}`],
  ])('refuses %s', async (_what, body) => {
    const answer = await askToken(body, {
      authorization: basic(ID, SECRET),
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'W20: takes no body of type %s',
    async (type) => {
      const answer = await askToken(JSON.stringify(GRANT), {
        authorization: basic(ID, SECRET),
        'content-type': type,
      });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    },
  );

  it('W20: answers 413 to a body of a megabyte', async () => {
    const answer = await askToken(form({ ...GRANT, filling: 'x'.repeat(1_048_576) }), {
      authorization: basic(ID, SECRET),
    });
    expect([answer.status, await answer.json()]).toMatchObject([413, { error: 'invalid_request' }]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('answers 405 to %s', async (method) => {
    const answer = await fetch(`${broker.baseUrl}/api/oauth/token`, { method });
    expect(answer.status).toBe(405);
  });

  it('reads no secret from the address', async () => {
    const query = form({ ...GRANT, client_id: ID, client_secret: SECRET }).toString();
    const answer = await fetch(`${broker.baseUrl}/api/oauth/token?${query}`, { method: 'POST' });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });
});

describe('an access token', () => {
  it('says who it is', async () => {
    const { status, body } = await (await application()).get('/api/v1/me');
    expect(status).toBe(200);
    expect(body).toEqual({ kind: 'application', id: `application:${ID}`, label: 'Billing report' });
  });

  it('lists the application’s roles and no others', async () => {
    const { body } = await (await application()).get<{ roles: { id: string }[] }>('/api/v1/roles');
    expect(body.roles.map(({ id }) => id).toSorted()).toEqual(['development-data-analyst', ROLE]);
  });

  it.each([
    [ROLE, 'AssumeRoleWithSAML', 'assumed-role/ReadOnly/billing-report-'],
    ['development-data-analyst', 'AssumeRoleWithWebIdentity', 'assumed-role/DataAnalyst/billing-report-'],
  ])('gets credentials for %s under the application’s name', async (role, action, arn) => {
    const answer = await (await application()).credentials(role);
    expect(answer.status).toBe(200);
    expect((await callerIdentity(broker.awsUrl, answer.body)).Arn).toContain(arn);
    const { parameters } = await lastCall(broker.awsUrl, action);
    expect(parameters).toMatchObject({
      durationSeconds: 900,
      sourceIdentity: expect.stringMatching(/^billing-report-[a-z2-7]{12}$/) as string,
    });
    expect(recordedFor(broker, answer).map(({ name, principal }) => [name, principal])).toEqual([
      ['credentials.requested', `application:${ID}`],
      ['credentials.issued', `application:${ID}`],
    ]);
  });

  it('gets the console’s address as well', async () => {
    const { status, body } = await (
      await application()
    ).post<{ url: string }>(`/api/v1/roles/${ROLE}/console-url`);
    expect(status).toBe(200);
    expect(body.url.startsWith(`${broker.awsUrl}/federation?`)).toBe(true);
  });

  it('is held to its mapping’s hour', async () => {
    const client = await application();
    expect((await client.credentials(ROLE, { durationSeconds: 3_600 })).status).toBe(200);
    expect((await client.credentials(ROLE, { durationSeconds: 3_601 })).body.code).toBe('duration');
  });

  it('reaches no role of a person’s, nor learns that there is one', async () => {
    const client = await application();
    const answers = await Promise.all(
      ['production-developer', 'tools-session', 'tools-edge-list-buckets', 'no-such-role'].map(
        async (role) => {
          const { status, body } = await client.credentials(role);
          return { ...body, requestId: '', status };
        },
      ),
    );
    expect(answers[0]).toMatchObject({ status: 404, code: 'role.not_found' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('is worth nothing on a page', async () => {
    const response = await fetch(`${broker.baseUrl}/`, {
      headers: { authorization: `Bearer ${await accessToken()}` },
      redirect: 'manual',
    });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/sign-in']);
  });

  it('W25: answers without cookies, versions or names of what is behind', async () => {
    const client = await application();
    const answers = await Promise.all([
      client.get('/api/v1/me'),
      client.get('/api/v1/nothing'),
      client.credentials(ROLE),
      askToken(form(GRANT), { authorization: basic(ID, SECRET) }),
      askToken(form(GRANT), { authorization: basic(ID, 'wrong') }),
    ]);
    for (const { headers } of answers) {
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
      expect(headers.get('etag')).toBeNull();
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it.each([
    [
      'with its last character changed',
      (token: string) => token.slice(0, -1) + (token.endsWith('A') ? 'Q' : 'A'),
    ],
    ['without its prefix', (token: string) => token.slice('daypass_at_'.length)],
    ['in other letters', (token: string) => token.toUpperCase()],
    ['cut short', (token: string) => token.slice(0, -1)],
    ['of nothing', () => ''],
    ['with a space in it', (token: string) => `${token} x`],
    ['of 8 kB', () => 'x'.repeat(8_192)],
    ['of SQL', () => `daypass_at_' or '1'='1`],
  ])('A01: is refused %s', async (_what, change) => {
    const { status, body, headers } = await withToken(change(await accessToken())).get('/api/v1/me');
    expect([status, body.code]).toEqual([401, 'token.invalid']);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer /);
  });

  it.each(['Basic', 'bearer2', 'Token', 'Negotiate'])('A01: is refused as %s', async (scheme) => {
    const client = new ApiClient(broker.baseUrl, { authorization: `${scheme} ${await accessToken()}` });
    expect((await client.get('/api/v1/me')).body.code).toBe('token.invalid');
  });

  it('D11: is not read from the address or a form', async () => {
    const token = await accessToken();
    const client = new ApiClient(broker.baseUrl, {});
    expect((await client.get(`/api/v1/me?access_token=${token}`)).body.code).toBe('session.required');
    const posted = await client.post(`/api/v1/roles/${ROLE}/credentials`, { access_token: token });
    expect(posted.body.code).toBe('session.required');
  });

  it('is never passed over for a browser’s session that came along', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
    const cookie = [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
    const both = new ApiClient(broker.baseUrl, { cookie, authorization: 'Bearer wrong' });
    expect((await both.get('/api/v1/me')).body.code).toBe('token.invalid');
    const own = new ApiClient(broker.baseUrl, { cookie, authorization: `Bearer ${await accessToken()}` });
    expect((await own.get<{ kind: string }>('/api/v1/me')).body.kind).toBe('application');
  });

  it('A01: lives for an hour and no longer', async () => {
    const client = await application();
    clockOffset = 3_590_000;
    expect((await client.get('/api/v1/me')).status).toBe(200);
    clockOffset = 3_601_000;
    expect((await client.get('/api/v1/me')).body.code).toBe('token.invalid');
    const before = (await journal(broker.awsUrl)).length;
    expect((await client.credentials(ROLE)).body.code).toBe('token.invalid');
    expect((await journal(broker.awsUrl)).length).toBe(before);
  });

  it('survives a restart', async () => {
    const client = await application();
    await broker.restart();
    expect((await client.get('/api/v1/me')).status).toBe(200);
  });
});

describe('the form in which credentials leave', () => {
  it.each([
    ['application/json', /^\{/, 'application/json'],
    ['*/*', /^\{/, 'application/json'],
    ['text/html, */*;q=0.1', /^\{/, 'application/json'],
    [
      'application/vnd.daypass.credential-process+json',
      /"Version": ?1/,
      'application/vnd.daypass.credential-process+json',
    ],
    ['text/x-shellscript', /^export AWS_ACCESS_KEY_ID=/m, 'text/x-shellscript'],
    ['text/x-powershell', /\$env:AWS_ACCESS_KEY_ID/i, 'text/x-powershell'],
    ['application/x-bat', /^set /im, 'application/x-bat'],
    ['text/x-ini', /^aws_access_key_id ?=/m, 'text/x-ini'],
    ['text/x-ini;q=0.2, text/x-shellscript;q=0.9', /^export /m, 'text/x-shellscript'],
  ])('is chosen by Accept: %s', async (accept, content, type) => {
    const response = await fetch(`${broker.baseUrl}/api/v1/roles/${ROLE}/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await accessToken()}`, accept },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect(await response.text()).toMatch(content);
  });

  it('is refused where none fits, before AWS is asked', async () => {
    const before = (await journal(broker.awsUrl)).length;
    const response = await fetch(`${broker.baseUrl}/api/v1/roles/${ROLE}/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await accessToken()}`, accept: 'image/png' },
    });
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'request.malformed' }]);
    expect((await journal(broker.awsUrl)).length).toBe(before);
  });
});

describe('what an application sends', () => {
  const address = `/api/v1/roles/${ROLE}/credentials`;

  it.each([
    ['no body at all', undefined, {}],
    ['an empty body', '', {}],
    ['an empty object', '{}', { 'content-type': 'application/json' }],
    ['an object with a charset', '{}', { 'content-type': 'application/json; charset=utf-8' }],
  ])('may be %s', async (_what, body, headers) => {
    const response = await fetch(broker.baseUrl + address, {
      method: 'POST',
      headers: { authorization: `Bearer ${await accessToken()}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(200);
    expect(((await response.json()) as HandedOut).accessKeyId).toMatch(/^ASIA/);
  });

  it.each([
    ['a form', 'durationSeconds=900', 'application/x-www-form-urlencoded', 400],
    ['JSON that says it is text', '{"durationSeconds":900}', 'text/plain', 400],
    ['JSON that says nothing', '{"durationSeconds":900}', '', 400],
    ['JSON in a charset of its own', '{}', 'application/json; charset=ebcdic', 400],
    ['broken JSON', '{"durationSeconds":', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['a text', '"900"', 'application/json', 400],
    ['an unknown field', '{"roleArn":"arn:aws:iam::444455556666:role/Admin"}', 'application/json', 400],
    ['an external ID', '{"externalId":"12345"}', 'application/json', 400],
    ['a region', '{"region":"us-gov-west-1"}', 'application/json', 400],
    ['a field of the object’s', '{"__proto__":{"durationSeconds":900}}', 'application/json', 400],
    ['a mapping of somebody else’s', '{"mapping":"engineering-production-saml"}', 'application/json', 400],
    ['a megabyte', JSON.stringify({ mapping: 'x'.repeat(1_048_576) }), 'application/json', 413],
  ])('W13, W20: is refused as %s, before AWS is asked', async (_what, body, type, status) => {
    const before = (await journal(broker.awsUrl)).length;
    const response = await fetch(broker.baseUrl + address, {
      method: 'POST',
      headers: { authorization: `Bearer ${await accessToken()}`, 'content-type': type },
      body: Buffer.from(body),
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      status,
      code: expect.stringMatching(/^(?:request\.(?:malformed|too_large)|mapping\.not_found)$/) as string,
      requestId: response.headers.get('x-request-id'),
    });
    expect((await journal(broker.awsUrl)).length).toBe(before);
  });

  it('W20: is refused compressed without being unpacked beyond the limit', async () => {
    const response = await fetch(broker.baseUrl + address, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await accessToken()}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: gzipSync(Buffer.alloc(64 * 1_048_576, 0x20)),
    });
    expect(response.status).toBe(413);
  });
});

describe('refusals', () => {
  it.each([
    ['GET', '/api/v1/me', 401, 'session.required'],
    ['GET', '/api/v1/roles', 401, 'session.required'],
    ['POST', `/api/v1/roles/${ROLE}/credentials`, 401, 'session.required'],
    ['POST', `/api/v1/roles/${ROLE}/console-url`, 401, 'session.required'],
    ['GET', '/api/nothing', 404, 'request.not_found'],
    ['GET', '/api/v1/nothing', 401, 'session.required'],
  ])('are problem details: %s %s', async (method, path, status, code) => {
    const response = await fetch(broker.baseUrl + path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toEqual({
      type: `${broker.baseUrl}/api#error-${code}`,
      title: expect.any(String) as string,
      status,
      code,
      requestId: response.headers.get('x-request-id'),
    });
  });

  it.each([
    ['POST', '/api/v1/me', 'GET, HEAD'],
    ['POST', '/api/v1/roles', 'GET, HEAD'],
    ['GET', `/api/v1/roles/${ROLE}/credentials`, 'POST'],
    ['GET', `/api/v1/roles/${ROLE}/console-url`, 'POST'],
  ])('say which methods there are: %s %s', async (method, path, allow) => {
    const response = await fetch(broker.baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${await accessToken()}` },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ code: 'request.method' });
  });
});

describe('W01: a browser’s session at the API', () => {
  const address = `/api/v1/roles/production-readonly/credentials`;

  async function cookieOfErin(): Promise<string> {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
    return [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
  }

  it('works from a page of ours', async () => {
    const client = new ApiClient(broker.baseUrl, {
      cookie: await cookieOfErin(),
      'sec-fetch-site': 'same-origin',
    });
    expect((await client.post(address)).status).toBe(200);
    const { body } = await client.get<{ groups: string[]; subject: string }>('/api/v1/me');
    expect(body).toMatchObject({ subject: 'erin.engel', groups: ['engineering'], connector: 'sandbox-saml' });
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another port of this host', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' }],
    ['a page in a sandboxed frame of another site', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
    ['a browser without Sec-Fetch-Site, on another site', { origin: 'https://evil.example' }],
    ['something that says nothing of itself', {}],
    ['an address typed in', { 'sec-fetch-site': 'none' }],
    [
      'something that contradicts itself',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ],
  ])('hands out nothing to %s', async (_who, headers) => {
    const before = (await journal(broker.awsUrl)).length;
    const client = new ApiClient(broker.baseUrl, { cookie: await cookieOfErin(), ...headers });
    const { status, body } = await client.post(address);
    expect([status, body.code]).toEqual([403, 'request.cross_site']);
    expect((await journal(broker.awsUrl)).length).toBe(before);
  });
});

describe('A01: an application that left the catalogue', () => {
  it('loses its tokens and its sign-in at once', async () => {
    const client = await application();
    expect((await client.get('/api/v1/me')).status).toBe(200);
    await broker.whileDown(async ({ catalogue }) => {
      const stored = (await catalogue.load()) ?? expect.fail();
      const { applications, mappings, ...rest } = stored.catalogue;
      await catalogue.save({
        catalogue: {
          ...rest,
          applications: applications.filter(({ id }) => id !== ID),
          mappings: mappings.filter((mapping) => !mapping.applications.includes(ID)),
        },
        expectedVersion: stored.version,
        event: {
          name: 'catalogue.changed',
          at: new Date(),
          origin: { door: 'cli', requestId: 'test' },
          detail: {},
        },
      });
    });
    expect((await client.get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await client.credentials(ROLE)).body.code).toBe('token.invalid');
    const answer = await askToken(form(GRANT), { authorization: basic(ID, SECRET) });
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_client' }]);
  });
});
