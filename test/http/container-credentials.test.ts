/** `GET /api/v1/container-credentials/{role}`, as SDKs and as others ask it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  applicationToken,
  containerUrl,
  fetchContainer,
  handedOut,
  personalToken,
  type ContainerAnswer,
} from '../support/container-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { rawRequest } from '../support/raw-request.ts';
import { callerIdentity, journal } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

const ROLE = 'production-readonly';
const ERIN = { connectorId: 'sandbox-saml', subject: 'erin.engel' };
const ONE = { burst: 1, perMinute: 1 };

let broker: TestBroker;
let token: string;
let clockOffset = 0;

beforeAll(async () => {
  broker = await startTestBroker({
    clock: { now: () => new Date(Date.now() + clockOffset) },
    settings: { rateLimits: { failures: ONE, failedClients: ONE } },
  });
  await signIn(new HttpBrowser(), broker, { person: ERIN.subject, connector: 'sandbox-saml' });
  token = await applicationToken(broker);
});
afterAll(() => broker.close());
beforeEach(() => {
  clockOffset = 0;
});

function ask(
  roleId = ROLE,
  asked: Parameters<typeof fetchContainer>[2] = { token },
): Promise<ContainerAnswer> {
  return fetchContainer(broker, roleId, asked);
}

/** The four names, and nothing of the credentials. */
function expectRefused({ status, headers, body, text }: ContainerAnswer, expected: [number, string]): void {
  expect([status, body['code']]).toEqual(expected);
  expect(Object.keys(body).toSorted()).toEqual(['Code', 'Message', 'code', 'message']);
  expect([body['Code'], body['Message']]).toEqual([body['code'], body['message']]);
  expect(body['message']).toContain(headers.get('x-request-id'));
  expect(text).not.toContain('ASIA');
}

async function stsCalls(): Promise<number> {
  return (await journal(broker.awsUrl)).length;
}

describe('credentials for whoever fetches them by AWS_CONTAINER_CREDENTIALS_FULL_URI', () => {
  it.each([
    ['verbatim', (value: string) => value],
    ['as a bearer', (value: string) => `Bearer ${value}`],
    ['as a bearer in small letters', (value: string) => `bearer ${value}`],
  ])('come for a token that is sent %s', async (_how, write) => {
    const answer = await ask(ROLE, { token: write(token) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({
      AccessKeyId: expect.stringMatching(/^ASIA/) as unknown,
      SecretAccessKey: expect.any(String) as unknown,
      Token: expect.any(String) as unknown,
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
      AccountId: '444455556666',
      RoleArn: 'arn:aws:iam::444455556666:role/ReadOnly',
    });
    const { Arn } = await callerIdentity(broker.awsUrl, handedOut(answer));
    expect(Arn).toContain(':assumed-role/ReadOnly/billing-report-');
  });

  it('are on the record, by their door and delivery', async () => {
    const answer = await ask();
    expect(recordedFor(broker, answer)).toMatchObject(
      ['credentials.requested', 'credentials.issued'].map((name) => ({
        name,
        principal: 'application:billing-report',
        origin: { door: 'aws-client' },
        detail: { delivery: 'container', role: ROLE },
      })),
    );
  });

  it('come for a person’s own token, under the person’s name', async () => {
    const { token: own } = await personalToken(broker, ERIN, { roles: [ROLE] });
    const answer = await ask(ROLE, { token: own });
    expect((await callerIdentity(broker.awsUrl, handedOut(answer))).Arn).toContain('ReadOnly/erin.engel-');
  });

  it('come to those who tried wrongly before, as SDKs do that repeat whatever failed', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1)
      expect((await ask(ROLE, { token: 'wrong' })).status).toBe(401);
    expect((await ask()).status).toBe(200);
  });

  it('are refused with AWS’s reason in the SDKs’ four names', async () => {
    const faults = `${broker.awsUrl}/_sandbox/faults`;
    const rules = [{ service: 'sts', fault: 'throttle' }];
    const put = await fetch(faults, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules),
    });
    expect(put.status).toBe(200);
    const answer = await ask();
    await fetch(faults, { method: 'DELETE' });
    expectRefused(answer, [503, 'sts.throttled']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('who gets no container credentials', () => {
  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['another site’s page', { origin: 'https://evil.example' }],
    ['a page of ours', { origin: 'http://localhost' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a browser’s address bar', { 'sec-fetch-site': 'none' }],
    ['an image', { 'sec-fetch-dest': 'image' }],
    ['a click', { 'sec-fetch-user': '?1' }],
  ])('D12: %s, with a good token', async (_who, headers) => {
    const before = await stsCalls();
    expectRefused(await ask(ROLE, { token, headers }), [403, 'request.browser']);
    expect(await stsCalls()).toBe(before);
  });

  it.each<readonly [string, Parameters<typeof fetchContainer>[2]]>([
    ['no token', {}],
    ['an empty token', { token: '' }],
    ['a wrong token', { token: `daypass_at_${'x'.repeat(43)}` }],
    ['a token of SQL', { token: `' or '1'='1` }],
    ['a long token', { token: 'x'.repeat(12_000) }],
    ['another scheme', { token: 'Basic Zm9vOmJhcg==' }],
    ['a session’s cookie alone', { headers: { cookie: 'daypass_session=x' } }],
  ])('D12: whoever shows %s', async (_what, asked) => {
    const answer = await ask(ROLE, asked);
    expectRefused(answer, [401, 'token.invalid']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="daypass"');
  });

  it('D12, A23: whoever shows what looks like a workload’s token and is none', async () => {
    const answer = await ask(ROLE, { token: 'eyJhbGciOiJub25lIn0.e30.' });
    expectRefused(answer, [401, 'client.invalid']);
  });

  it('D12: a token with two characters changed places or cases', async () => {
    for (const wrong of [token.toUpperCase(), token.slice(0, -1), `${token}A`]) {
      expectRefused(await ask(ROLE, { token: wrong }), [401, 'token.invalid']);
    }
  });

  it('D12: an expired token', async () => {
    clockOffset = 3_601_000;
    const before = await stsCalls();
    expectRefused(await ask(), [401, 'token.invalid']);
    expect(await stsCalls()).toBe(before);
  });

  it('A01: a token whose authorization was ended, at once', async () => {
    const { token: own, authorizationId } = await personalToken(broker, ERIN);
    expect((await ask(ROLE, { token: own })).status).toBe(200);
    await broker.whileDown(async ({ authorizations }) => {
      await authorizations.revoke(authorizationId, {
        name: 'access-token.revoked',
        at: new Date(),
        origin: { door: 'web', requestId: 'test' },
        detail: {},
      });
    });
    expectRefused(await ask(ROLE, { token: own }), [401, 'token.invalid']);
  });

  it('D12: a token of another container, alike for roles that exist and roles that do not', async () => {
    const { token: narrowed } = await personalToken(broker, ERIN, { roles: [ROLE] });
    expect((await ask(ROLE, { token: narrowed })).status).toBe(200);
    const answers = await Promise.all(
      ['development-developer', 'tools-session', 'no-such-role', '__proto__', 'x'.repeat(2_000)].map((role) =>
        ask(role, { token: narrowed }),
      ),
    );
    for (const answer of answers) {
      expectRefused(answer, [403, 'token.role']);
      const { message = '' } = answer.body;
      expect(message.replace(/[0-9a-f-]{36}/, 'ID')).toBe('This token is for other roles. Request id: ID');
      expect([...answer.headers.keys()]).toEqual([...(answers[0]?.headers.keys() ?? [])]);
    }
    const reasons = answers.map((answer) => recordedFor(broker, answer)[0]?.detail['reason']);
    expect(reasons).toEqual(['token.role', ...Array<string>(4).fill('role.not_found')]);
  });

  it('D12: whoever asks by another host name', async () => {
    const { port } = new URL(broker.baseUrl);
    const { status, text } = await rawRequest(
      Number(port),
      `GET /api/v1/container-credentials/${ROLE} HTTP/1.1\r\nHost: rebound.example\r\nAuthorization: ${token}\r\nConnection: close\r\n\r\n`,
    );
    expect(status).toBe(421);
    expect(text).toContain('"code":"request.unknown_host"');
    expect(text).not.toContain('ASIA');
  });

  it('D11: whoever has the token in the address alone', async () => {
    const response = await fetch(`${containerUrl(broker, ROLE)}?token=${token}&access_token=${token}`);
    expect(response.status).toBe(401);
  });

  it.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])('whoever asks by %s', async (method) => {
    const before = await stsCalls();
    const response = await fetch(containerUrl(broker, ROLE), { method, headers: { authorization: token } });
    expect(response.status).toBe(405);
    if (method !== 'HEAD') expect(await response.json()).toMatchObject({ code: 'request.method' });
    expect(await stsCalls()).toBe(before);
  });

  it.each(['%E0%A4%A', '%00', '..%2f..%2fme', `${ROLE}%20`])('whoever asks for %s', async (roleId) => {
    const answer = await ask(roleId);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(Object.keys(answer.body).toSorted()).toEqual(['Code', 'Message', 'code', 'message']);
  });
});
