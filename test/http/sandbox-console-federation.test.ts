/** What AWS's sign-in does is in the conformance rows; here is what attackers and mistakes come to. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BROKER_URL, ConsoleBrowser, startSandboxWithPages } from '../support/console-browser.ts';
import {
  enter,
  FEDERATED_USER,
  getSigninToken,
  issue,
  ISSUER,
  login,
  sessionJson,
  tokenFor,
} from '../support/console-login.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;

beforeAll(async () => {
  sandbox = await startSandboxWithPages();
});
afterEach(() => {
  sandbox.clockOffsetMs = 0;
});
afterAll(() => sandbox.close());

const freshLogin = async (changes: Readonly<Record<string, string>> = {}): Promise<Response> =>
  login(new ConsoleBrowser(sandbox), await tokenFor(sandbox, issue(sandbox)), changes);

describe('getSigninToken', () => {
  it('answers with a token as long as AWS’s, which nobody keeps', async () => {
    const answer = await getSigninToken(sandbox, sessionJson(issue(sandbox)));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { SigninToken } = (await answer.json()) as { SigninToken: string };
    expect(SigninToken.length).toBeGreaterThan(1_500);
  });

  it.each([900, 43_200])('takes a SessionDuration of %d', async (seconds) => {
    expect((await getSigninToken(sandbox, sessionJson(issue(sandbox)), seconds)).status).toBe(200);
  });

  it.each([0, -900, 'abc', '900.5', '9e3', '', ' 900', '00000900', '9'.repeat(400)])(
    'refuses a SessionDuration of %j',
    async (value) => {
      const answer = await getSigninToken(sandbox, sessionJson(issue(sandbox)), value);
      expect([answer.status, await answer.text()]).toEqual([
        400,
        'SessionDuration must be from 900 to 43200\n',
      ]);
    },
  );

  it('refuses SessionDuration for the role session of a service, and takes it without', async () => {
    const session = sessionJson(issue(sandbox, { origin: 'service' }));
    const answer = await getSigninToken(sandbox, session, 3_600);
    expect([answer.status, await answer.text()]).toEqual([400, 'Invalid credentials parameter\n']);
    expect((await getSigninToken(sandbox, session)).status).toBe(200);
  });

  it.each<[string, () => string]>([
    ['an empty secret', () => sessionJson(issue(sandbox), { sessionKey: '' })],
    [
      'another session’s key id',
      () => sessionJson(issue(sandbox), { sessionId: issue(sandbox).accessKeyId }),
    ],
    ['a token of nobody', () => sessionJson(issue(sandbox), { sessionToken: 'IQoJb3JpZ2lu' })],
    ['a number for a token', () => sessionJson(issue(sandbox), { sessionToken: 1 })],
    [
      'a role that is gone',
      () => sessionJson(issue(sandbox, { principalArn: 'arn:aws:iam::444455556666:role/Gone' })),
    ],
    ['no JSON', () => '{'],
    ['null', () => 'null'],
    ['nothing', () => ''],
    ['a novel', () => JSON.stringify('x'.repeat(20_000))],
  ])('refuses %s', async (_what, session) => {
    const answer = await getSigninToken(sandbox, session());
    expect([answer.status, await answer.text()]).toEqual([400, 'Invalid credentials parameter\n']);
  });

  it('tells the journal what AWS does not say, and no secret', async () => {
    const session = issue(sandbox, FEDERATED_USER);
    const after = sandbox.aws.journal.lastId;
    await getSigninToken(sandbox, sessionJson(session), 3_600);
    const entries = sandbox.aws.journal.entries(after);
    expect(entries).toMatchObject([
      {
        service: 'signin',
        action: 'GetSigninToken',
        caller: { arn: 'arn:aws:sts::111122223333:federated-user/priya.nair' },
        result: { status: 400, detail: expect.stringContaining('GetFederationToken') as string },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain(session.secretAccessKey.reveal());
    expect(JSON.stringify(entries)).not.toContain(session.sessionToken.reveal());
  });
});

describe('login', () => {
  it('gives a cookie that scripts cannot read and other sites cannot use', async () => {
    const answer = await freshLogin();
    expect(answer.headers.get('set-cookie')).toMatch(
      /^sandbox-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it.each([
    ['https://console.aws.amazon.com/console/home', '/console/home'],
    [
      'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:',
      '/console/ec2/home?region=eu-west-1#Instances:',
    ],
    ['https://444455556666-ab12cd34.us-east-1.console.aws.amazon.com/s3/buckets', '/console/s3/buckets'],
    ['https://console.aws.amazon.com//evil.test/', '/console//evil.test/'],
  ])('stands in for AWS’s own page %s', async (Destination, path) => {
    expect((await freshLogin({ Destination })).headers.get('location')).toBe(path);
  });

  it('opens a page of the sandbox’s own console', async () => {
    const answer = await freshLogin({ Destination: `${sandbox.url}/console/x?y=z` });
    expect(answer.headers.get('location')).toBe('/console/x?y=z');
  });

  it.each([
    'https://evil.test/console/home',
    'https://evilconsole.aws.amazon.com/',
    'https://a.b.c.console.aws.amazon.com/',
    'http://console.aws.amazon.com/',
    'https://console.aws.amazon.com:8443/',
    'https://user@console.aws.amazon.com/',
    'https://console.amazonaws-us-gov.com/console/home',
    '//evil.test/',
    '/console/home',
    'javascript:alert(1)',
    '',
  ])('sends nobody to %j', async (Destination) => {
    const answer = await freshLogin({ Destination });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([
      400,
      null,
      null,
    ]);
  });

  it('sends nobody to a page of the sandbox that is not the console', async () => {
    expect((await freshLogin({ Destination: `${sandbox.url}/consolation` })).status).toBe(400);
  });

  it('says where to get another token when one was used', async () => {
    const token = await tokenFor(sandbox, issue(sandbox));
    await login(new ConsoleBrowser(sandbox), token);
    const again = await login(new ConsoleBrowser(sandbox), token);
    expect(await again.text()).toContain(`href="${ISSUER}"`);
  });

  it('lets a token in once, however many bring it at the same moment', async () => {
    const token = await tokenFor(sandbox, issue(sandbox));
    const answers = await Promise.all([1, 2, 3].map(() => login(new ConsoleBrowser(sandbox), token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400]);
  });

  it('never links to a script', async () => {
    const answer = await login(new ConsoleBrowser(sandbox), 'unknown', { Issuer: 'javascript:alert(1)' });
    expect(await answer.text()).not.toContain('javascript:');
  });
});

describe('a login in a browser that is signed in', () => {
  it('is refused until one logs out, which the page offers together with the login', async () => {
    const browser = await enter(sandbox, issue(sandbox));
    const reader = issue(sandbox, {
      principalArn: 'arn:aws:iam::222233334444:role/ReadOnly',
      accountId: '222233334444',
    });
    const Destination = 'https://console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:';
    const refused = await login(browser, await tokenFor(sandbox, reader), { Destination });
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([400, null]);
    const html = (await refused.text()).replaceAll('&amp;', '&');
    const out = await browser.get(/class="button" href="([^"]+)"/.exec(html)?.[1] ?? '/');
    expect(out.status).toBe(302);
    expect((await browser.get('/console')).status).toBe(401);
    const next = await browser.get(out.headers.get('location') ?? '/');
    expect(next.headers.get('location')).toBe('/console/ec2/home?region=eu-west-1#Instances:');
  });

  it('leaves the session that is there as it is', async () => {
    const browser = await enter(sandbox, issue(sandbox));
    await login(browser, await tokenFor(sandbox, issue(sandbox)));
    expect((await browser.get('/console')).status).toBe(200);
  });

  it('goes through where that session has ended', async () => {
    const browser = await enter(sandbox, issue(sandbox));
    sandbox.clockOffsetMs = 3_601_000;
    expect((await login(browser, await tokenFor(sandbox, issue(sandbox)))).status).toBe(303);
  });
});

describe('a logout', () => {
  const logout = (browser: ConsoleBrowser, fields: Record<string, string> = {}): Promise<Response> =>
    browser.get(`/oauth?${new URLSearchParams({ Action: 'logout', ...fields }).toString()}`);

  it('forgets the cookie, and links to the Issuer', async () => {
    const answer = await logout(await enter(sandbox, issue(sandbox)));
    expect(answer.headers.get('set-cookie')).toMatch(/^sandbox-console=; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect(await answer.text()).toContain(`href="${ISSUER}"`);
  });

  it('goes on to a page of the console', async () => {
    const answer = await logout(new ConsoleBrowser(sandbox), {
      redirect_uri: 'https://console.aws.amazon.com/s3/home',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console/s3/home']);
  });

  it.each([
    '//evil.test/',
    '/\\evil.test',
    'https://us-east-1.signin.aws.amazon.com.evil.test/federation?Action=login',
    'https://us-east-1.signin.aws.amazon.com@evil.test/federation?Action=login',
    'https://us-east-1.signin.aws.amazon.com/oauth?Action=logout',
    'http://us-east-1.signin.aws.amazon.com/federation?Action=login',
    BROKER_URL,
    'javascript:alert(1)',
    '',
  ])('leads nobody to %j, and ends nothing then', async (redirectUri) => {
    const browser = await enter(sandbox, issue(sandbox));
    const answer = await logout(browser, { redirect_uri: redirectUri });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect((await browser.get('/console')).status).toBe(200);
  });

  it.each(['/oauth', '/oauth?Action=login'])('is all that /oauth does: not %s', async (path) => {
    expect((await new ConsoleBrowser(sandbox).get(path)).status).toBe(400);
  });
});
