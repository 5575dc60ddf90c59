/** The token endpoint of `aws login`: codes and refresh tokens, for as long as everything behind them stands. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AwsLoginClient, codeOn, SAME_DEVICE, type LoginAnswer } from '../support/aws-login-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { callerIdentity, journal } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

const ROLE = 'production-readonly';
const ARN = /^arn:aws:sts::444455556666:assumed-role\/ReadOnly\/erin\.engel-[a-z2-7]{12}$/;

let broker: TestBroker;
let browser: HttpBrowser;
let clockOffset = 0;
const now = (): Date => new Date(Date.now() + clockOffset);

beforeAll(async () => {
  broker = await startTestBroker({ clock: { now } });
  browser = await visitor();
});
afterEach(() => {
  clockOffset = 0;
});
afterAll(() => broker.close());

async function visitor(person = 'erin.engel'): Promise<HttpBrowser> {
  const visiting = new HttpBrowser();
  await signIn(visiting, broker, { person, connector: 'sandbox-saml' });
  return visiting;
}

const newClient = (options: { readonly onOtherDevice?: boolean } = {}): AwsLoginClient =>
  new AwsLoginClient(broker, { ...options, now });

function refusalOf({ status, headers, body }: LoginAnswer): unknown[] {
  expect(headers.get('x-amzn-errortype')).toBe(body.__type);
  expect(body.message).toMatch(new RegExp(`\\S See ${broker.baseUrl}/$`));
  return [status, body.__type, body.error];
}

const EXPIRED_CODE = [401, 'AccessDeniedException', 'AUTHCODE_EXPIRED'];
const EXPIRED_TOKEN = [401, 'AccessDeniedException', 'TOKEN_EXPIRED'];
const INVALID = [400, 'ValidationException', 'INVALID_REQUEST'];

describe('a code', () => {
  it('gives credentials of a quarter of an hour, in the service’s own form', async () => {
    const answer = await newClient().login(browser, ROLE);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { accessToken, tokenType, expiresIn, refreshToken, idToken = '', ...rest } = answer.body;
    expect(rest).toEqual({});
    expect(tokenType).toBe('aws_sigv4');
    expect(expiresIn).toBeGreaterThan(840);
    expect(expiresIn).toBeLessThanOrEqual(900);
    expect(refreshToken).toMatch(/^daypass_lt_[\w-]{43}$/);
    expect(Object.keys(accessToken)).toEqual(['accessKeyId', 'secretAccessKey', 'sessionToken']);
    const caller = await callerIdentity(broker.awsUrl, { ...accessToken, expiresAt: '' });
    expect(caller.Arn).toMatch(ARN);
    const [header = '', claims = '', signature] = idToken.split('.');
    expect(signature, 'nobody verifies it, and nobody shall think so').toBe('');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ typ: 'JWT', alg: 'none' });
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: broker.baseUrl,
      aud: SAME_DEVICE,
      sub: caller.Arn,
      session_arn: caller.Arn,
    });
  });

  it('is recorded before it gives anything: the login, then what it handed out', async () => {
    const answer = await newClient().login(browser, ROLE);
    const recorded = recordedFor(broker, answer);
    expect(recorded.map(({ name }) => name)).toEqual([
      'access-token.issued',
      'credentials.requested',
      'credentials.issued',
    ]);
    for (const event of recorded)
      expect(event).toMatchObject({
        principal: 'user:sandbox-saml:erin.engel',
        origin: { door: 'aws-client' },
        detail: { role: ROLE },
      });
    expect(recorded[0]?.detail).toMatchObject({ kind: 'aws-login', client: SAME_DEVICE });
  });

  it('works for a role of every operation that has a session', async () => {
    const oidc = new HttpBrowser();
    await signIn(oidc, broker, { person: 'erin.engel', connector: 'sandbox-oidc' });
    for (const [role, session] of [
      ['development-data-analyst', /:assumed-role\/DataAnalyst\//],
      ['production-ec2-operator', /:assumed-role\/Ec2Operator\//],
      ['development-data-analyst-own-token', /:assumed-role\/DataAnalystPassThrough\//],
      ['tools-reports', /:federated-user\//],
    ] as const) {
      const { body } = await newClient().login(oidc, role);
      const caller = await callerIdentity(broker.awsUrl, { ...body.accessToken, expiresAt: '' });
      expect(caller.Arn).toMatch(session);
      const [, claims = ''] = body.idToken?.split('.') ?? [];
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ sub: caller.Arn });
    }
  });

  it('D08: used twice ends what came of it, by whomever', async () => {
    const client = newClient();
    const code = await client.codeFor(browser, ROLE);
    const first = await client.redeem(code);
    expect((await client.refresh(first.body.refreshToken)).status).toBe(200);
    const thief = newClient();
    const second = await thief.redeem(code);
    expect(refusalOf(second)).toEqual(EXPIRED_CODE);
    expect(recordedFor(broker, second)).toMatchObject([
      { name: 'access-token.revoked', detail: { kind: 'aws-login', cause: 'code-reused' } },
    ]);
    expect(refusalOf(await client.refresh(first.body.refreshToken))).toEqual(EXPIRED_TOKEN);
    expect(recordedFor(broker, await client.redeem(code)), 'once').toEqual([]);
  });

  it.each([
    ['another verifier', { codeVerifier: 'x'.repeat(64) }],
    ['another client', { clientId: 'arn:aws:signin:::devtools/cross-device' }],
    ['another address', { redirectUri: 'http://127.0.0.1:50124/oauth/callback' }],
  ])('D08: is nothing with %s, and is left as it is', async (_what, otherwise) => {
    const client = newClient();
    const code = await client.codeFor(browser, ROLE);
    const refused = await client.redeem(code, otherwise);
    expect(refusalOf(refused)).toEqual(EXPIRED_CODE);
    expect(recordedFor(broker, refused)).toMatchObject([{ name: 'access-token.denied' }]);
    expect((await client.redeem(code)).status).toBe(200);
  });

  it('D08: ends after five minutes, and one that never was is answered alike', async () => {
    const client = newClient();
    const code = await client.codeFor(browser, ROLE);
    clockOffset = 301_000;
    const late = await client.redeem(code);
    const unknown = await client.redeem('0'.repeat(64));
    expect(refusalOf(late)).toEqual(EXPIRED_CODE);
    expect(unknown.body).toEqual(late.body);
    expect(recordedFor(broker, unknown), 'a stranger writes nothing').toEqual([]);
  });

  it('D05: is nothing once the session in which the role was picked has ended', async () => {
    const leaving = await visitor();
    const client = newClient();
    const page = await client.pick(leaving, ROLE);
    await leaving.post(`${broker.baseUrl}/sign-out`, {});
    expect(refusalOf(await client.redeem(codeOn(page)))).toEqual(EXPIRED_CODE);
  });

  it('D08: 50 times at once with one proof is one hand-out and one answer', async () => {
    const client = newClient();
    const code = await client.codeFor(browser, ROLE);
    const dpop = client.proof();
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.redeem(code, {}, { dpop })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.accessToken.accessKeyId)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
    const issued = answers.flatMap((answer) => recordedFor(broker, answer)).map(({ name }) => name);
    expect(issued.toSorted()).toEqual(['access-token.issued', 'credentials.issued', 'credentials.requested']);
  });

  it('D08: 50 times at once by 50 keys is one login at most, and in the end none', async () => {
    const client = newClient();
    const code = await client.codeFor(browser, ROLE);
    const { redirectUri, verifier: codeVerifier } = client;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => newClient().redeem(code, { redirectUri, codeVerifier })),
    );
    const names = answers.flatMap((answer) => recordedFor(broker, answer)).map(({ name }) => name);
    expect(names.filter((name) => name === 'access-token.issued')).toHaveLength(1);
    expect(names.filter((name) => name === 'access-token.revoked')).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    for (const { status } of answers) expect([200, 401]).toContain(status);
  });
});

describe('a refresh token', () => {
  it('gives new credentials each time, decided and recorded anew, and stays what it is', async () => {
    const client = newClient();
    const { body } = await client.login(browser, ROLE);
    const first = await client.refresh(body.refreshToken);
    const second = await client.refresh(body.refreshToken);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body).not.toHaveProperty('idToken');
    expect(first.body.refreshToken).toBe(body.refreshToken);
    expect(second.body.refreshToken).toBe(body.refreshToken);
    const keys = [body, first.body, second.body].map(({ accessToken }) => accessToken.accessKeyId);
    expect(new Set(keys).size).toBe(3);
    expect(recordedFor(broker, second).map(({ name }) => name)).toEqual([
      'credentials.requested',
      'credentials.issued',
    ]);
  });

  it('works from four processes at once, which hold no lock', async () => {
    const client = newClient();
    const { body } = await client.login(browser, ROLE);
    const answers = await Promise.all(Array.from({ length: 4 }, () => client.refresh(body.refreshToken)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await client.refresh(answers[0]?.body.refreshToken ?? '')).status).toBe(200);
  });

  it('A01: is nothing without the key that the login was made with, which is put on record', async () => {
    const client = newClient();
    const { body } = await client.login(browser, ROLE);
    const refused = await newClient().refresh(body.refreshToken);
    expect(refusalOf(refused)).toEqual(EXPIRED_TOKEN);
    expect(recordedFor(broker, refused)).toMatchObject([
      { name: 'access-token.denied', principal: 'user:sandbox-saml:erin.engel', detail: { reason: 'key' } },
    ]);
    const otherClient = await client.refresh(body.refreshToken, {
      clientId: 'arn:aws:signin:::devtools/cross-device',
    });
    expect(refusalOf(otherClient)).toEqual(EXPIRED_TOKEN);
    expect((await client.refresh(body.refreshToken)).status).toBe(200);
  });

  it('A01: opens no other door', async () => {
    const { body } = await newClient().login(browser, ROLE);
    const headers = {
      authorization: `Bearer ${body.refreshToken}`,
      'x-amz-sso_bearer_token': body.refreshToken,
    };
    for (const path of ['/api/v1/me', '/api/v1/roles', '/']) {
      const response = await fetch(broker.baseUrl + path, { headers, redirect: 'manual' });
      expect([path, response.status === 200]).toEqual([path, false]);
    }
  });

  it('A01: ends with its person’s sign-in session, and so does an answer that was given already', async () => {
    const leaving = await visitor();
    const client = newClient();
    const { body } = await client.login(leaving, ROLE);
    const dpop = client.proof();
    expect((await client.refresh(body.refreshToken, {}, { dpop })).status).toBe(200);
    await leaving.post(`${broker.baseUrl}/sign-out`, {});
    expect(refusalOf(await client.refresh(body.refreshToken, {}, { dpop }))).toEqual(EXPIRED_TOKEN);
    expect(refusalOf(await client.refresh(body.refreshToken))).toEqual(EXPIRED_TOKEN);
  });

  it('A01: ends when the session is ended from another browser', async () => {
    const client = newClient();
    const { body } = await client.login(await visitor('carlos.ortiz'), await firstRoleOf('carlos.ortiz'));
    const elsewhere = await visitor('carlos.ortiz');
    await elsewhere.post(`${broker.baseUrl}/sessions/end-others`, {});
    expect(refusalOf(await client.refresh(body.refreshToken))).toEqual(EXPIRED_TOKEN);
  });

  it('never says that credentials last longer than the session, which ends it', async () => {
    const client = newClient();
    const { body } = await client.login(await visitor(), ROLE);
    // The provider of the sandbox wants its sessions to be over after eight hours; a minute is for its clock.
    const seconds = 8 * 3_600 + 60;
    clockOffset = (seconds - 120) * 1_000;
    await setSandboxClock(seconds - 120);
    const last = await client.refresh(body.refreshToken).finally(() => setSandboxClock(0));
    expect(last.status).toBe(200);
    expect(last.body.expiresIn).toBeLessThanOrEqual(120);
    expect(last.body.expiresIn).toBeGreaterThan(60);
    clockOffset = (seconds + 1) * 1_000;
    expect(refusalOf(await client.refresh(body.refreshToken))).toEqual(EXPIRED_TOKEN);
  });
});

async function setSandboxClock(offsetSeconds: number): Promise<void> {
  await fetch(`${broker.awsUrl}/_sandbox/clock`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ offsetSeconds }),
  });
}

async function firstRoleOf(person: string): Promise<string> {
  const page = await (await visitor(person)).get(newClient().authorizeUrl());
  return /name="role" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
}

describe('what cannot be read', () => {
  it.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['nothing', '{}'],
    ['another grant', JSON.stringify({ grantType: 'client_credentials', clientId: SAME_DEVICE })],
    ['another client', JSON.stringify({ grantType: 'refresh_token', clientId: 'x', refreshToken: 'x' })],
    [
      'no text',
      JSON.stringify({ grantType: 'refresh_token', clientId: SAME_DEVICE, refreshToken: { a: 1 } }),
    ],
    [
      'a short verifier',
      JSON.stringify({
        grantType: 'authorization_code',
        clientId: SAME_DEVICE,
        code: 'x',
        redirectUri: 'x',
        codeVerifier: 'x',
      }),
    ],
  ])('is refused in a form that clients print: %s', async (_what, body) => {
    expect(refusalOf(await newClient().post(body))).toEqual(INVALID);
  });

  it('is refused from a page, whatever it holds', async () => {
    const client = newClient();
    const { body } = await client.login(browser, ROLE);
    for (const headers of [{ origin: broker.baseUrl }, { 'sec-fetch-site': 'same-origin' }]) {
      const answer = await client.refresh(body.refreshToken, {}, headers);
      expect([answer.status, answer.body.__type]).toEqual([400, 'ValidationException']);
    }
  });

  it('is refused by another method', async () => {
    const response = await fetch(`${broker.baseUrl}/v1/token`);
    expect([response.status, response.headers.get('allow')]).toEqual([400, 'POST']);
  });
});

describe('a role that is taken away', () => {
  it('A01, D05: gives nothing more at once, and the client prints why', async () => {
    const client = newClient();
    const { body } = await client.login(browser, ROLE);
    const waiting = newClient();
    const code = await waiting.codeFor(browser, ROLE);
    await broker.whileDown(async ({ catalogue }) => {
      const stored = (await catalogue.load()) ?? expect.fail();
      const { mappings, ...rest } = stored.catalogue;
      await catalogue.save({
        catalogue: {
          ...rest,
          mappings: mappings.filter(({ id }) => !id.startsWith('engineering-production')),
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
    const before = (await journal(broker.awsUrl)).length;
    const refused = await client.refresh(body.refreshToken);
    expect(refusalOf(refused)).toEqual(INVALID);
    expect(refused.body.message).toContain('There is no such role among those you may use.');
    expect(recordedFor(broker, refused)).toMatchObject([{ name: 'credentials.denied' }]);
    expect(refusalOf(await waiting.redeem(code))).toEqual(INVALID);
    expect((await journal(broker.awsUrl)).length, 'calls of STS').toBe(before);
  });
});

describe('secrets', () => {
  it('are in no record', async () => {
    const client = newClient();
    const code = await client.codeFor(browser, 'development-readonly');
    const { body } = await client.redeem(code);
    await client.redeem(code);
    const record = JSON.stringify(storedAudit(broker));
    for (const secret of [
      code,
      client.verifier,
      body.refreshToken,
      body.accessToken.secretAccessKey,
      body.accessToken.sessionToken,
    ])
      expect(record).not.toContain(secret);
  });
});
