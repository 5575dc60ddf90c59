/** SSO OIDC as clients speak it: registration, device codes, authorization codes, refresh tokens; rows D01-D08, D10. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpBrowser } from '../support/http-browser.ts';
import {
  challengeOf,
  codeGrant,
  decide,
  IdentityCenterClient,
  post,
  redirectOf,
  REDIRECT_URI,
  send,
  type Tokens,
  type WireAnswer,
} from '../support/identity-center-client.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

let broker: TestBroker;
let passed = 0;
let browser: HttpBrowser;
let client: IdentityCenterClient;

beforeAll(async () => {
  broker = await startTestBroker({ clock: { now: () => new Date(Date.now() + passed * 1_000) } });
});
beforeEach(async () => {
  passed = 0;
  browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  client = await IdentityCenterClient.register(broker.baseUrl);
});
afterAll(() => broker.close());

const pass = (seconds: number): void => {
  passed += seconds;
};
const works = async (accessToken: unknown): Promise<boolean> =>
  (await client.portal('/assignment/accounts', String(accessToken))).status === 200;
const statuses = (answers: readonly WireAnswer[], status: number): readonly WireAnswer[] =>
  answers.filter((answer) => answer.status === status);

describe('registration', () => {
  const register = (overrides: object): Promise<WireAnswer> =>
    post(broker.baseUrl, '/client/register', {
      clientName: 'botocore-client-dev',
      clientType: 'public',
      redirectUris: [REDIRECT_URI],
      ...overrides,
    });

  it('answers as the clients’ model says', async () => {
    const { status, body } = await register({});
    const now = Math.floor(Date.now() / 1_000);
    expect(status).toBe(200);
    expect(body).toEqual({
      clientId: expect.stringMatching(/^[\w-]+\.[\w-]{43}$/) as unknown,
      clientSecret: expect.stringMatching(/^daypass_cs_[\w-]{43}$/) as unknown,
      clientIdIssuedAt: expect.any(Number) as unknown,
      clientSecretExpiresAt: expect.any(Number) as unknown,
    });
    expect(Number(body['clientSecretExpiresAt']) - now).toBeGreaterThan(89 * 86_400);
  });

  it.each([
    ['markup', { clientName: '<b>AWS</b>' }],
    ['a name of 101 letters', { clientName: 'a'.repeat(101) }],
    ['no name', { clientName: '' }],
    ['a name that turns writing round', { clientName: 'a\u202Eb' }],
    ['a confidential client', { clientType: 'confidential' }],
  ])('D07: %s is InvalidClientMetadata', async (_name, overrides) => {
    expect(await register(overrides)).toMatchObject({
      status: 400,
      type: 'InvalidClientMetadataException',
      body: { error: 'invalid_client_metadata', __type: 'InvalidClientMetadataException' },
    });
  });

  it.each([
    'https://127.0.0.1/oauth/callback',
    'http://localhost/oauth/callback',
    'http://127.0.0.1.evil.example/oauth/callback',
    'http://127.0.0.1@evil.example/oauth/callback',
    'http://evil.example/oauth/callback',
    'http://127.0.0.1/oauth/callback?next=1',
    'http://127.0.0.1/oauth/callback#part',
    'http://127.0.0.1/../callback',
    'http://127.0.0.1:99999/oauth/callback',
    'http://127.0.0.1\\oauth',
    'javascript:alert(1)',
  ])('D07: the redirect URI %s is refused', async (uri) => {
    expect(await register({ redirectUris: [uri] })).toMatchObject({
      status: 400,
      type: 'InvalidRedirectUriException',
    });
  });

  it('D07: a megabyte is refused unread', async () => {
    const answer = await register({ clientName: 'a'.repeat(1_000_000) });
    expect(answer).toMatchObject({ status: 413, type: 'InvalidRequestException' });
  });

  it('another scope is InvalidScope', async () => {
    expect(await register({ scopes: ['sso:admin'] })).toMatchObject({
      status: 400,
      type: 'InvalidScopeException',
    });
  });

  it('a registration stays good when Daypass starts anew', async () => {
    await broker.restart();
    expect((await client.device()).userCode).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
  });

  it.each([
    ['another secret', { clientSecret: `daypass_cs_${'A'.repeat(43)}` }],
    ['an id that was changed', { clientId: `e30.${'A'.repeat(43)}` }],
    ['no id at all', { clientId: '' }],
  ])('%s is InvalidClient, 401', async (_name, overrides) => {
    expect(await client.post('/device_authorization', overrides)).toMatchObject({
      status: 401,
      type: 'InvalidClientException',
      body: { error: 'invalid_client' },
    });
  });

  it('an expired one is InvalidClient', async () => {
    pass(91 * 86_400);
    const answer = await client.post('/device_authorization', {});
    expect(answer).toMatchObject({ status: 401, type: 'InvalidClientException' });
  });

  it('pages of browsers are refused', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-origin' }]) {
      const answer = await send(`${broker.baseUrl}/client/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{}',
      });
      expect(answer).toMatchObject({ status: 403, type: 'ForbiddenException' });
    }
  });
});

describe('a device code', () => {
  it('goes from the terminal through the browser to a token', async () => {
    const device = await client.device();
    expect(device).toMatchObject({
      verificationUri: `${broker.baseUrl}/device`,
      verificationUriComplete: `${broker.baseUrl}/device?user_code=${device.userCode}`,
      expiresIn: 600,
    });
    expect(await client.poll(device)).toMatchObject({
      status: 400,
      type: 'AuthorizationPendingException',
      body: { error: 'authorization_pending' },
    });
    await decide(browser, await browser.get(device.verificationUriComplete), 'approve');
    const { status, body } = await client.poll(device);
    expect(status).toBe(200);
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 3_600 });
    expect(await works(body['accessToken'])).toBe(true);
  });

  it('D01: the page tells who asks, from where and when, and nothing is said by opening it', async () => {
    const device = await client.device();
    const page = await browser.get(device.verificationUriComplete);
    expect(page.status).toBe(200);
    expect(page.text).toContain(device.userCode);
    expect(page.text).toContain('botocore-client-dev');
    expect(page.text).toContain('127.0.0.1');
    expect(page.text).toContain('Did you start this');
    expect((await client.poll(device)).body).toMatchObject({ error: 'authorization_pending' });
    const answered = await decide(browser, page, 'approve');
    expect(recordedFor(broker, answered)).toMatchObject([
      {
        name: 'client.approved',
        principal: 'user:sandbox-saml:erin.engel',
        origin: { door: 'web', sourceIp: '127.0.0.1' },
        detail: { kind: 'device-code', client: 'botocore-client-dev', requestedFrom: '127.0.0.1' },
      },
    ]);
  });

  it('D01: a yes without the page’s own token does nothing', async () => {
    const device = await client.device();
    const answer = await browser.post(`${broker.baseUrl}/device`, {
      csrfToken: '',
      userCode: device.userCode,
      decision: 'approve',
    });
    expect(answer.status).toBe(403);
    expect((await client.poll(device)).body).toMatchObject({ error: 'authorization_pending' });
  });

  it('is asked about only after a sign-in, and keeps the code on the way', async () => {
    const device = await client.device();
    const visitor = new HttpBrowser();
    const { pathname, search } = new URL(device.verificationUriComplete);
    const page = await visitor.get(device.verificationUriComplete);
    expect(new URL(page.url).pathname).toBe('/sign-in');
    const returned = await signIn(visitor, broker, {
      person: 'erin.engel',
      connector: 'sandbox-saml',
      returnTo: pathname + search,
    });
    expect(returned.text).toContain(device.userCode);
  });

  it('a no is AccessDenied', async () => {
    const device = await client.device();
    await decide(browser, await browser.get(device.verificationUriComplete), 'deny');
    expect(await client.poll(device)).toMatchObject({ status: 400, type: 'AccessDeniedException' });
  });

  it('D03: a guess, another client and a second use get nothing', async () => {
    const device = await client.device();
    await decide(browser, await browser.get(device.verificationUriComplete), 'approve');
    const other = await IdentityCenterClient.register(broker.baseUrl, 'another');
    const refused = { status: 400, type: 'InvalidGrantException', body: { error: 'invalid_grant' } };
    expect(await other.poll(device)).toMatchObject(refused);
    expect(await client.poll({ deviceCode: 'A'.repeat(43) })).toMatchObject(refused);
    expect((await client.poll(device)).status).toBe(200);
    const second = await client.poll(device);
    expect(second).toMatchObject(refused);
    expect(recordedFor(broker, second)).toMatchObject([
      { name: 'access-token.denied', detail: { reason: 'code.spent', grant: 'device-code' } },
    ]);
  });

  it('D03: of 50 who come at once, exactly one gets a token', async () => {
    const device = await client.device();
    await decide(browser, await browser.get(device.verificationUriComplete), 'approve');
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.poll(device)));
    expect(statuses(answers, 200)).toHaveLength(1);
    expect(answers.filter(({ type }) => type === 'InvalidGrantException')).toHaveLength(49);
    expect(await works(statuses(answers, 200)[0]?.body['accessToken'])).toBe(true);
  });

  it('D04: asked too often it says slow_down, and works again five seconds later', async () => {
    const device = await client.device();
    const errors: unknown[] = [];
    for (let poll = 0; poll < 3; poll += 1) errors.push((await client.poll(device)).body['error']);
    // The AWS CLI asks twice without a pause.
    expect(errors).toEqual(['authorization_pending', 'authorization_pending', 'slow_down']);
    pass(device.interval);
    expect(await client.poll(device)).toMatchObject({ status: 400, type: 'SlowDownException' });
    pass(5);
    expect((await client.poll(device)).body).toMatchObject({ error: 'authorization_pending' });
    pass(device.interval);
    expect((await client.poll(device)).body).toMatchObject({ error: 'authorization_pending' });
  });

  it('D05: after ten minutes it can be neither said yes to nor exchanged', async () => {
    const [late, approved] = [await client.device(), await client.device()];
    await decide(browser, await browser.get(approved.verificationUriComplete), 'approve');
    const page = await browser.get(late.verificationUriComplete);
    pass(601);
    expect((await decide(browser, page, 'approve')).status).toBe(400);
    for (const device of [late, approved])
      expect(await client.poll(device)).toMatchObject({ status: 400, type: 'ExpiredTokenException' });
  });

  it('D05: a yes of a session that has ended since is none', async () => {
    const device = await client.device();
    await decide(browser, await browser.get(device.verificationUriComplete), 'approve');
    await browser.post(`${broker.baseUrl}/sign-out`, {});
    expect(await client.poll(device)).toMatchObject({ status: 400, type: 'ExpiredTokenException' });
  });

  it('a wrong code is said to be wrong, however it was typed', async () => {
    const device = await client.device();
    const wrong = await browser.get(`${broker.baseUrl}/device?user_code=BBBB-BBBB`);
    expect([wrong.status, wrong.text.includes('Nothing waits with this code')]).toEqual([400, true]);
    const typed = device.userCode.toLowerCase().replace('-', ' ');
    const page = await browser.get(`${broker.baseUrl}/device?user_code=${encodeURIComponent(typed)}`);
    expect(page.text).toContain(device.userCode);
  });
});

describe('an authorization code', () => {
  it('goes through the browser to a token, in whatever order of parameters and by either name of the scope', async () => {
    const { accessToken, refreshToken, expiresIn } = await client.signIn(browser);
    expect([accessToken, refreshToken]).toEqual([
      expect.stringMatching(/^daypass_at_[\w-]{43}$/),
      expect.stringMatching(/^daypass_rt_[\w-]{43}$/),
    ]);
    expect(expiresIn).toBe(3_600);
    expect(await works(accessToken)).toBe(true);
    const url = client.authorizeUrl(challengeOf('v'.repeat(43)), { scopes: '', scope: 'sso:account:access' });
    expect((await browser.get(url)).status).toBe(200);
  });

  it('brings state back, and a no as access_denied', async () => {
    const page = await browser.get(client.authorizeUrl(challengeOf('v'.repeat(43))));
    expect(page.text).toContain('127.0.0.1:49152');
    const approved = redirectOf(await decide(browser, page, 'approve'));
    expect(approved.href).toMatch(
      /^http:\/\/127\.0\.0\.1:49152\/oauth\/callback\?code=[\w-]{43}&state=a-state$/,
    );
    const denied = redirectOf(await decide(browser, page, 'deny'));
    expect(Object.fromEntries(denied.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'a-state',
    });
  });

  it.each([
    ['no challenge', { code_challenge: '' }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    ['another path', { redirect_uri: 'http://127.0.0.1:49152/other' }],
    ['another host', { redirect_uri: 'http://evil.example/oauth/callback' }],
    ['the other loopback address', { redirect_uri: 'http://[::1]:49152/oauth/callback' }],
    ['another scope', { scopes: 'sso:account:access sso:admin' }],
    ['no state', { state: '' }],
    ['an implicit grant', { response_type: 'token' }],
    ['no client', { client_id: 'nobody' }],
  ])('D08: with %s nothing is asked, and nobody is sent anywhere', async (_name, overrides) => {
    const page = await browser.send(client.authorizeUrl(challengeOf('v'.repeat(43)), overrides));
    expect([400, 401]).toContain(page.status);
    expect(page.headers.get('location')).toBeNull();
    expect(page.text).not.toContain('http-equiv="refresh"');
    expect(page.text).not.toContain('name="decision"');
  });

  it('D08: a wrong verifier, redirect URI or client gets nothing, and the right ones still do', async () => {
    const { code, codeVerifier } = await client.code(browser);
    const grant = codeGrant(code, codeVerifier);
    const other = await IdentityCenterClient.register(broker.baseUrl, 'another');
    for (const answer of [
      await client.token({ ...grant, codeVerifier: 'x'.repeat(64) }),
      await client.token({ ...grant, codeVerifier: '' }),
      await client.token({ ...grant, redirectUri: 'http://127.0.0.1:1/oauth/callback' }),
      await client.token({ ...grant, code: 'A'.repeat(43) }),
      await other.token(grant),
    ])
      expect(answer).toMatchObject({ status: 400, type: 'InvalidGrantException' });
    expect((await client.token(grant)).status).toBe(200);
  });

  it('D08: used a second time, it ends what came of the first', async () => {
    const { code, codeVerifier } = await client.code(browser);
    const first = await client.token(codeGrant(code, codeVerifier));
    expect(await works(first.body['accessToken'])).toBe(true);
    const second = await client.token(codeGrant(code, codeVerifier));
    expect(second).toMatchObject({ status: 400, type: 'InvalidGrantException' });
    expect(await works(first.body['accessToken'])).toBe(false);
    expect(recordedFor(broker, second).map(({ name }) => name)).toEqual([
      'access-token.revoked',
      'access-token.denied',
    ]);
  });

  it('D08: of 50 who come at once, exactly one is answered', async () => {
    const { code, codeVerifier } = await client.code(browser);
    const grant = codeGrant(code, codeVerifier);
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.token(grant)));
    expect(statuses(answers, 200)).toHaveLength(1);
    expect(await works(statuses(answers, 200)[0]?.body['accessToken'])).toBe(false);
  });

  it('ten minutes later it is gone', async () => {
    const { code, codeVerifier } = await client.code(browser);
    pass(601);
    const answer = await client.token(codeGrant(code, codeVerifier));
    expect(answer).toMatchObject({ status: 400, type: 'InvalidGrantException' });
  });
});

describe('a refresh token', () => {
  const renewed = async (refreshToken: string): Promise<Tokens> =>
    (await client.refresh(refreshToken)).body as unknown as Tokens;

  it('is exchanged for the next, until the session ends', async () => {
    let tokens = await client.signIn(browser);
    for (let hour = 0; hour < 3; hour += 1) {
      pass(3_000);
      const next = await renewed(tokens.refreshToken);
      expect(next.refreshToken).not.toBe(tokens.refreshToken);
      expect(await works(next.accessToken)).toBe(true);
      tokens = next;
    }
    // The provider of the sandbox wants its sessions to be over after eight hours; a minute is for its clock.
    pass(8 * 3_600 + 60 - 9_000 - 600);
    const last = await renewed(tokens.refreshToken);
    expect(last.expiresIn).toBeLessThanOrEqual(600);
    pass(600);
    expect(await client.refresh(last.refreshToken)).toMatchObject({
      status: 400,
      type: 'InvalidGrantException',
    });
    expect(await works(last.accessToken)).toBe(false);
  });

  it('ends with the sign-in session', async () => {
    const tokens = await client.signIn(browser);
    await browser.post(`${broker.baseUrl}/sign-out`, {});
    expect(await client.refresh(tokens.refreshToken)).toMatchObject({
      status: 400,
      type: 'InvalidGrantException',
    });
    expect(await works(tokens.accessToken)).toBe(false);
  });

  it('is of no use to another client, nor as an access token', async () => {
    const tokens = await client.signIn(browser);
    const other = await IdentityCenterClient.register(broker.baseUrl, 'another');
    expect(await other.refresh(tokens.refreshToken)).toMatchObject({
      status: 400,
      type: 'InvalidGrantException',
    });
    expect(await client.refresh(tokens.accessToken)).toMatchObject({ status: 400 });
    expect(await works(tokens.refreshToken)).toBe(false);
    expect((await client.refresh(tokens.refreshToken)).status).toBe(200);
  });

  it('D10: 50 programs that share it, at once and a moment later, go on with the same one', async () => {
    const { refreshToken } = await client.signIn(browser);
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.refresh(refreshToken)));
    expect(statuses(answers, 200)).toHaveLength(50);
    pass(59);
    const later = await renewed(refreshToken);
    const positions = new Set([...answers.map(({ body }) => body['refreshToken']), later.refreshToken]);
    expect(positions.size).toBe(1);
    for (const { body } of answers) expect(await works(body['accessToken'])).toBe(true);
    expect((await client.refresh(later.refreshToken)).status).toBe(200);
  });

  it('D10: replayed after the grace, it ends the whole family', async () => {
    const first = await client.signIn(browser);
    const second = await renewed(first.refreshToken);
    pass(61);
    const replayed = await client.refresh(first.refreshToken);
    expect(replayed).toMatchObject({ status: 400, type: 'InvalidGrantException' });
    expect(recordedFor(broker, replayed)).toMatchObject([
      { name: 'access-token.revoked', detail: { cause: 'refresh-token-reuse' } },
      {
        name: 'access-token.denied',
        detail: { reason: 'token.refresh', detail: 'reuse: the token had been replaced' },
      },
    ]);
    expect(await works(second.accessToken)).toBe(false);
    expect(await client.refresh(second.refreshToken)).toMatchObject({ status: 400 });
  });
});

describe('other grants', () => {
  it.each(['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'toString'])(
    '%s is unsupported',
    async (grantType) => {
      expect(await client.token({ grantType })).toMatchObject({
        status: 400,
        type: 'UnsupportedGrantTypeException',
      });
    },
  );

  it('so is CreateTokenWithIAM', async () => {
    const answer = await client.post('/token?aws_iam=t', { grantType: 'refresh_token', refreshToken: 'x' });
    expect(answer).toMatchObject({ status: 400, type: 'UnsupportedGrantTypeException' });
  });

  it('what is no JSON is InvalidRequest', async () => {
    const answer = await post(broker.baseUrl, '/token', '{');
    expect(answer).toMatchObject({ status: 400, type: 'InvalidRequestException' });
  });

  it('tells every token before it leaves', async () => {
    const tokens = await client.signIn(browser);
    const recorded = storedAudit(broker).at(-1);
    expect(recorded).toMatchObject({
      name: 'access-token.issued',
      principal: 'user:sandbox-saml:erin.engel',
      origin: { door: 'aws-client' },
      detail: { kind: 'identity-center', client: 'botocore-client-dev' },
    });
    expect(JSON.stringify(storedAudit(broker))).not.toContain(tokens.accessToken);
  });
});
