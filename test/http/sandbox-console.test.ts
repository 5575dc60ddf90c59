import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandboxAws, type RunnableSandboxAws } from '../../src/sandbox/aws/aws-server.ts';
import { awsConsoleRouter } from '../../src/sandbox/aws/console/aws-console.ts';
import { exampleOrganizationFile } from '../../src/sandbox/aws/organization/open-organization.ts';
import type { IssuedSession, SessionClaims } from '../../src/sandbox/aws/sts/sessions.ts';
import { openListener, type Listener } from '../../src/sandbox/listener.ts';

const BROKER_URL = 'http://broker.test:8080';
const ISSUER = `${BROKER_URL}/roles/production-developer`;
const FEDERATED_USER: Partial<SessionClaims> = {
  kind: 'federated-user',
  origin: 'long-term-key',
  accountId: '111122223333',
  principalArn: 'arn:aws:iam::111122223333:user/reports',
};

let offsetMs = 0;
const now = (): Date => new Date(Date.now() + offsetMs);
let dataDir: string;
let aws: Listener;
let services: RunnableSandboxAws;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-console-'));
  aws = await openListener({ host: '127.0.0.1', port: 0 });
  const urls = { awsUrl: aws.url, brokerUrl: BROKER_URL, identityProvidersUrl: 'http://idp.test:8082' };
  services = await createSandboxAws({
    ...urls,
    dataDir,
    organization: { file: exampleOrganizationFile(process.cwd()) },
    now,
    pages: (running) => awsConsoleRouter({ ...urls, rootDir: process.cwd(), aws: running }),
  });
  aws.serve(services.app);
});
afterAll(async () => {
  await aws.close();
  await services.close();
  await rm(dataDir, { recursive: true });
});

function issue(changes: Partial<SessionClaims> = {}): IssuedSession {
  const issuedAt = Math.floor(now().getTime() / 1000);
  return services.sessions.issue({
    kind: 'assumed-role',
    accountId: '444455556666',
    principalArn: 'arn:aws:iam::444455556666:role/Developer',
    name: 'priya.nair',
    origin: 'saml',
    issuedAt,
    expiresAt: issuedAt + 3_600,
    ...changes,
  });
}

function sessionJson(session: IssuedSession, changes: object = {}): string {
  return JSON.stringify({
    sessionId: session.accessKeyId,
    sessionKey: session.secretAccessKey.reveal(),
    sessionToken: session.sessionToken.reveal(),
    ...changes,
  });
}

async function getSigninToken(session: string, sessionDuration?: number | string): Promise<Response> {
  const params = new URLSearchParams({ Action: 'getSigninToken', Session: session });
  if (sessionDuration !== undefined) params.set('SessionDuration', String(sessionDuration));
  return fetch(`${aws.url}/federation`, { method: 'POST', body: params });
}

async function signinToken(session: IssuedSession, sessionDuration?: number): Promise<string> {
  const answer = await getSigninToken(sessionJson(session), sessionDuration);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { SigninToken: string }).SigninToken;
}

function login(token: string, changes: Record<string, string> = {}): Promise<Response> {
  const params = new URLSearchParams({
    Action: 'login',
    Issuer: ISSUER,
    Destination: `${aws.url}/console/s3/home?region=us-east-1`,
    SigninToken: token,
    ...changes,
  });
  return fetch(`${aws.url}/federation?${params.toString()}`, { redirect: 'manual' });
}

/** Signs in and gives the cookie as a browser would send it. */
async function enter(session: IssuedSession, sessionDuration?: number): Promise<string> {
  const answer = await login(await signinToken(session, sessionDuration));
  expect(answer.status).toBe(303);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

function visit(path: string, cookie: string): Promise<Response> {
  return fetch(`${aws.url}${path}`, { headers: { cookie }, redirect: 'manual' });
}

describe('getSigninToken', () => {
  it('answers JSON with a token as long as AWS’s, by GET and by POST', async () => {
    const query = new URLSearchParams({ Action: 'getSigninToken', Session: sessionJson(issue()) });
    const answer = await fetch(`${aws.url}/federation?${query.toString()}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { SigninToken } = (await answer.json()) as { SigninToken: string };
    expect(SigninToken.length).toBeGreaterThan(1_500);
    expect((await signinToken(issue())).length).toBe(SigninToken.length);
  });

  it.each([900, 43_200])('takes a SessionDuration of %d for an unchained role session', async (seconds) => {
    expect((await getSigninToken(sessionJson(issue()), seconds)).status).toBe(200);
  });

  it.each([899, 43_201, 0, -900, 'abc', '900.5', '9e3', ''])(
    'refuses a SessionDuration of %s',
    async (value) => {
      const answer = await getSigninToken(sessionJson(issue()), value);
      expect([answer.status, await answer.text()]).toEqual([
        400,
        'SessionDuration must be from 900 to 43200\n',
      ]);
    },
  );

  it.each<[string, Partial<SessionClaims>]>([
    ['a chained role session', { origin: 'role-session' }],
    ['a role session got with a user’s session', { origin: 'user-session' }],
    ['a role session of a service', { origin: 'service' }],
    ['GetFederationToken', FEDERATED_USER],
  ])('refuses SessionDuration for %s, and takes it without', async (_what, claims) => {
    const answer = await getSigninToken(sessionJson(issue(claims)), 3_600);
    expect([answer.status, await answer.text()]).toEqual([400, 'Invalid credentials parameter\n']);
    expect((await getSigninToken(sessionJson(issue(claims)))).status).toBe(200);
  });

  it('never takes the session of an IAM user (GetSessionToken)', async () => {
    const session = sessionJson(issue({ kind: 'user-session', origin: 'long-term-key', name: '' }));
    expect((await getSigninToken(session)).status).toBe(400);
  });

  it.each<[string, () => string]>([
    ['a wrong secret', () => sessionJson(issue(), { sessionKey: 'x'.repeat(40) })],
    ['an empty secret', () => sessionJson(issue(), { sessionKey: '' })],
    ['another session’s key id', () => sessionJson(issue(), { sessionId: issue().accessKeyId })],
    ['a token of nobody', () => sessionJson(issue(), { sessionToken: 'IQoJb3JpZ2lu' })],
    ['a number for a token', () => sessionJson(issue(), { sessionToken: 1 })],
    ['expired credentials', () => sessionJson(issue({ expiresAt: Math.floor(now().getTime() / 1000) - 1 }))],
    ['no JSON', () => '{'],
    ['null', () => 'null'],
    ['nothing', () => ''],
    ['a novel', () => JSON.stringify('x'.repeat(20_000))],
  ])('refuses %s', async (_what, session) => {
    const answer = await getSigninToken(session());
    expect([answer.status, await answer.text()]).toEqual([400, 'Invalid credentials parameter\n']);
  });
});

describe('login', () => {
  it('opens the console on the page that was asked for, with a cookie scripts cannot read', async () => {
    const answer = await login(await signinToken(issue()));
    expect(answer.headers.get('location')).toBe('/console/s3/home?region=us-east-1');
    expect(answer.headers.get('set-cookie')).toMatch(
      /^sandbox-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('works by POST too', async () => {
    const body = new URLSearchParams({
      Action: 'login',
      Destination: 'https://console.aws.amazon.com/',
      SigninToken: await signinToken(issue()),
    });
    const answer = await fetch(`${aws.url}/federation`, { method: 'POST', body, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/']);
  });

  it.each([
    ['https://console.aws.amazon.com/console/home', '/console/home'],
    [
      'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:',
      '/console/ec2/home?region=eu-west-1#Instances:',
    ],
    ['https://console.aws.amazon.com//evil.test/', '/console//evil.test/'],
  ])('stands in for AWS’s own page %s', async (Destination, path) => {
    const answer = await login(await signinToken(issue()), { Destination });
    expect(answer.headers.get('location')).toBe(path);
  });

  it.each([
    'https://evil.test/console/home',
    'https://console.aws.amazon.com.evil.test/',
    'https://evilconsole.aws.amazon.com/',
    'http://console.aws.amazon.com/',
    'https://console.aws.amazon.com:8443/',
    'https://user@console.aws.amazon.com/',
    '//evil.test/',
    '/console/home',
    'javascript:alert(1)',
    '',
  ])('sends nobody to %s', async (Destination) => {
    const answer = await login(await signinToken(issue()), { Destination });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([
      400,
      null,
      null,
    ]);
  });

  it('sends nobody to a page of the sandbox that is not the console', async () => {
    const answer = await login(await signinToken(issue()), { Destination: `${aws.url}/consolation` });
    expect(answer.status).toBe(400);
  });

  it('takes a token once, and says where to get another', async () => {
    const token = await signinToken(issue());
    expect((await login(token)).status).toBe(303);
    const again = await login(token);
    expect(again.status).toBe(400);
    expect(await again.text()).toContain(`href="${ISSUER}"`);
  });

  it('refuses a token after 15 minutes', async () => {
    const token = await signinToken(issue());
    offsetMs += 15 * 60_000;
    expect((await login(token)).status).toBe(400);
  });

  it('never links to a script', async () => {
    const answer = await login('unknown', { Issuer: 'javascript:alert(1)' });
    expect(await answer.text()).not.toContain('javascript:');
  });

  it('knows no other action', async () => {
    expect((await fetch(`${aws.url}/federation?Action=logout`)).status).toBe(400);
    expect((await fetch(`${aws.url}/federation`)).status).toBe(400);
  });
});

describe('a login in a browser that is signed in', () => {
  function loginWith(cookie: string, token: string): Promise<Response> {
    const params = new URLSearchParams({
      Action: 'login',
      Issuer: ISSUER,
      Destination: 'https://console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:',
      SigninToken: token,
    });
    const url = `${aws.url}/federation?${params.toString()}`;
    return fetch(url, { headers: { cookie }, redirect: 'manual' });
  }

  it('is refused until one logs out, which the page offers together with the login', async () => {
    const cookie = await enter(issue());
    const reader = issue({
      principalArn: 'arn:aws:iam::222233334444:role/ReadOnly',
      accountId: '222233334444',
    });
    const refused = await loginWith(cookie, await signinToken(reader));
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([400, null]);
    const html = (await refused.text()).replaceAll('&amp;', '&');
    expect(html).toContain('You must first log out before logging into a different AWS account.');
    const [, href = ''] = /class="button" href="([^"]+)"/.exec(html) ?? [];
    const out = await fetch(`${aws.url}${href}`, { headers: { cookie }, redirect: 'manual' });
    expect(out.status).toBe(302);
    expect((await visit('/console', cookie)).status).toBe(401);
    const next = await fetch(new URL(out.headers.get('location') ?? '', aws.url), { redirect: 'manual' });
    expect([next.status, next.headers.get('location')]).toEqual([
      303,
      '/console/ec2/home?region=eu-west-1#Instances:',
    ]);
  });

  it('leaves the session that is there as it is', async () => {
    const cookie = await enter(issue());
    await loginWith(cookie, await signinToken(issue()));
    expect((await visit('/console', cookie)).status).toBe(200);
  });

  it('goes through where that session has ended', async () => {
    const cookie = await enter(issue());
    offsetMs += 3_601_000;
    expect((await loginWith(cookie, await signinToken(issue()))).status).toBe(303);
  });
});

describe('/oauth?Action=logout', () => {
  function logout(redirectUri?: string, cookie = ''): Promise<Response> {
    const params = new URLSearchParams({ Action: 'logout' });
    if (redirectUri !== undefined) params.set('redirect_uri', redirectUri);
    return fetch(`${aws.url}/oauth?${params.toString()}`, { headers: { cookie }, redirect: 'manual' });
  }

  it('ends the session and forgets the cookie', async () => {
    const cookie = await enter(issue());
    const answer = await logout(undefined, cookie);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toMatch(/^sandbox-console=; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect(await answer.text()).toContain(`href="${ISSUER}"`);
    expect((await visit('/console', cookie)).status).toBe(401);
  });

  it.each([
    ['https://us-east-1.signin.aws.amazon.com/federation?Action=login&x=1', '/federation?Action=login&x=1'],
    ['https://console.aws.amazon.com/s3/home', '/console/s3/home'],
  ])('goes on to %s', async (redirectUri, path) => {
    const answer = await logout(redirectUri);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, path]);
  });

  it.each([
    'https://evil.test/',
    '//evil.test/',
    '/\\evil.test',
    'https://us-east-1.signin.aws.amazon.com.evil.test/federation?Action=login',
    'https://us-east-1.signin.aws.amazon.com@evil.test/federation?Action=login',
    'https://signin.aws.amazon.com/federation?Action=login',
    'https://us-east-1.signin.aws.amazon.com/oauth?Action=logout',
    'http://us-east-1.signin.aws.amazon.com/federation?Action=login',
    BROKER_URL,
    'javascript:alert(1)',
    '',
  ])('leads nobody to %s, and ends nothing', async (redirectUri) => {
    const cookie = await enter(issue());
    const answer = await logout(redirectUri, cookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect((await visit('/console', cookie)).status).toBe(200);
  });

  it('knows no other action', async () => {
    expect((await fetch(`${aws.url}/oauth`)).status).toBe(400);
    expect((await fetch(`${aws.url}/oauth?Action=login`)).status).toBe(400);
  });
});

describe('the console', () => {
  it('shows who signed in, as what, with what and until when', async () => {
    const session = issue({
      sourceIdentity: 'priya.nair@<corp>',
      tags: [
        { key: 'department', value: 'payments' },
        { key: 'costCenter', value: 'cc-3310' },
      ],
      transitiveTagKeys: ['department'],
      policy: '{"Version":"2012-10-17","Statement":[]}',
      policyArns: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'],
    });
    const cookie = await enter(session, 43_200);
    const html = await (await visit('/console/s3/home?x=<b>', cookie)).text();
    for (const text of [
      'Example Production',
      '444455556666',
      'Developer',
      'priya.nair',
      'arn:aws:sts::444455556666:assumed-role/Developer/priya.nair',
      'priya.nair@&lt;corp&gt;',
      'department: payments (transitive)',
      'costCenter: cc-3310<',
      'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
      '/console/s3/home?x=',
    ]) {
      expect(html).toContain(text);
    }
    expect(html).not.toContain('<b>');
    expect(html).not.toContain(session.secretAccessKey.reveal());
    expect(html).not.toContain(session.sessionToken.reveal());
  });

  it('lasts for SessionDuration, beyond the credentials', async () => {
    const cookie = await enter(issue(), 43_200);
    offsetMs += 43_100_000;
    expect((await visit('/console', cookie)).status).toBe(200);
    offsetMs += 101_000;
    const ended = await visit('/console', cookie);
    expect(ended.status).toBe(401);
    expect(await ended.text()).toContain(`href="${ISSUER}"`);
  });

  it('lasts as long as the credentials where no SessionDuration was given', async () => {
    const cookie = await enter(issue(FEDERATED_USER));
    offsetMs += 3_590_000;
    expect((await visit('/console', cookie)).status).toBe(200);
    offsetMs += 11_000;
    expect((await visit('/console', cookie)).status).toBe(401);
  });

  it('is closed without a session, with a forged one and after signing out', async () => {
    expect((await visit('/console', '')).status).toBe(401);
    expect((await visit('/console', 'sandbox-console=forged')).status).toBe(401);
    const cookie = await enter(issue());
    const signOut = await fetch(`${aws.url}/console/sign-out`, {
      method: 'POST',
      headers: { cookie },
      redirect: 'manual',
    });
    expect([signOut.status, signOut.headers.get('location')]).toEqual([303, ISSUER]);
    expect((await visit('/console', cookie)).status).toBe(401);
  });

  it('signs out to a link, not a redirect, where the issuer is not the broker', async () => {
    const answer = await login(await signinToken(issue()), { Issuer: 'https://elsewhere.test/' });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const signOut = await fetch(`${aws.url}/console/sign-out`, {
      method: 'POST',
      headers: { cookie },
      redirect: 'manual',
    });
    expect(signOut.status).toBe(200);
    expect(await signOut.text()).toContain('href="https://elsewhere.test/"');
  });
});

describe('the front page', () => {
  const html = { accept: 'text/html,*/*' };

  it('shows a browser the accounts, the trust policies and the MFA code', async () => {
    const answer = await fetch(`${aws.url}/`, { headers: html });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    for (const part of [
      'Example Production',
      'ExampleCorpCostReader',
      'sts:ExternalId',
      'lambda.amazonaws.com',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/class="code-of-the-moment">\d{6}</);
  });

  it.each<[string, string, Record<string, string>]>([
    ['a signed request', '/', { ...html, authorization: 'AWS4-HMAC-SHA256 x' }],
    ['a pre-signed request', '/?X-Amz-Algorithm=AWS4-HMAC-SHA256', html],
    ['a query request', '/?Action=GetCallerIdentity&Version=2011-06-15', html],
  ])('leaves %s to the services', async (_what, path, headers) => {
    const answer = await fetch(`${aws.url}${path}`, { headers });
    expect([400, 403]).toContain(answer.status);
    expect(await answer.text()).toContain('<Code>');
  });

  it('is not for programs', async () => {
    const answer = await fetch(`${aws.url}/`, { headers: { accept: '*/*' }, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://aws.amazon.com/iam']);
  });

  async function play(service: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${aws.url}/_sandbox/play`, {
      method: 'POST',
      headers: { origin: aws.url },
      body: new URLSearchParams({ service }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  it('plays Lambda: the role is assumed, and the session policy leaves it one action', async () => {
    const { status, text } = await play('lambda.amazonaws.com');
    expect(status).toBe(200);
    expect(text).toContain('lambda.amazonaws.com has the role');
    expect(text).toContain('assumed-role/EdgeListBuckets/');
    const answers = Array.from(
      text.slice(0, text.indexOf('Last calls')).matchAll(/<strong class="(?:good|bad)">(allowed|denied)</g),
      ([, word]) => word,
    );
    expect(answers).toEqual(['allowed', 'denied', 'denied']);
    expect(services.journal.entries().at(-1)).toMatchObject({
      action: 'AssumeRole',
      result: { status: 200 },
    });
  });

  it('plays another service: refused, with what AWS would not say', async () => {
    const { text } = await play('ec2.amazonaws.com');
    expect(text).toContain('ec2.amazonaws.com is refused: AccessDenied');
    expect(text).toContain('What AWS would not say');
  });

  it('plays nobody else', async () => {
    expect((await play('arn:aws:iam::111122223333:user/daypass-broker')).status).toBe(400);
    expect((await play('')).status).toBe(400);
  });
});
