import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleBrowser, startSandboxWithPages } from '../support/console-browser.ts';
import { enter, issue, ISSUER, login, tokenFor } from '../support/console-login.ts';
import { PRODUCTION, type TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;

beforeAll(async () => {
  sandbox = await startSandboxWithPages();
});
afterEach(() => {
  sandbox.clockOffsetMs = 0;
});
afterAll(() => sandbox.close());

describe('the console', () => {
  it('shows who signed in, as what, with what and until when', async () => {
    const session = issue(sandbox, {
      sourceIdentity: 'priya.nair@<corp>',
      tags: [
        { key: 'department', value: 'payments' },
        { key: 'costCenter', value: 'cc-3310' },
      ],
      transitiveTagKeys: ['Department'],
      policy: '{"Version":"2012-10-17","Statement":[]}',
      policyArns: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'],
    });
    const endsAt = new Date(sandbox.now().getTime() + 43_200_000).toISOString().slice(0, 16);
    const browser = await enter(sandbox, session, 43_200);
    const answer = await browser.get('/console/s3/home?x=<b>');
    const html = await answer.text();
    for (const text of [
      'Example Production',
      '444455556666',
      '<code>example-production</code>',
      'Developer',
      'priya.nair',
      'arn:aws:sts::444455556666:assumed-role/Developer/priya.nair',
      'priya.nair@&lt;corp&gt;',
      'department: payments (transitive)',
      'costCenter: cc-3310<',
      'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
      '/console/s3/home?x=',
      'federation endpoint',
      `href="${ISSUER}"`,
      endsAt,
    ]) {
      expect(html).toContain(text);
    }
    expect(html).not.toContain('<b>');
    expect(html).not.toContain(session.secretAccessKey.reveal());
    expect(html).not.toContain(session.sessionToken.reveal());
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
  });

  it.each(['', 'sandbox-console=forged', `sandbox-console=${'x'.repeat(5_000)}`, 'sandbox-console='])(
    'is closed to the cookie %.30j',
    async (cookie) => {
      const browser = new ConsoleBrowser(sandbox);
      browser.cookie = cookie;
      expect((await browser.get('/console')).status).toBe(401);
    },
  );

  it('closes when the role is deleted', async () => {
    const { organization } = sandbox.aws;
    const role = {
      name: 'ShortLived',
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: PRODUCTION }, Action: 'sts:AssumeRole' }],
      },
    };
    organization.put(PRODUCTION, 'roles', role);
    const session = issue(sandbox, { principalArn: `arn:aws:iam::${PRODUCTION}:role/ShortLived` });
    const browser = await enter(sandbox, session, 43_200);
    expect((await browser.get('/console')).status).toBe(200);
    organization.remove(PRODUCTION, 'roles', 'ShortLived');
    expect((await browser.get('/console')).status).toBe(401);
    expect((await login(browser, await tokenFor(sandbox, issue(sandbox)))).status).toBe(303);
  });
});

describe('signing out of the console', () => {
  it('leads back to the broker that one came from', async () => {
    const browser = await enter(sandbox, issue(sandbox));
    const { cookie } = browser;
    const answer = await browser.post('/console/sign-out', {});
    expect([answer.status, answer.headers.get('location')]).toEqual([303, ISSUER]);
    browser.cookie = cookie;
    expect((await browser.get('/console')).status).toBe(401);
  });

  it('shows a link, and redirects nobody, where the Issuer is not the broker', async () => {
    const browser = new ConsoleBrowser(sandbox);
    await login(browser, await tokenFor(sandbox, issue(sandbox)), { Issuer: 'https://elsewhere.test/' });
    const answer = await browser.post('/console/sign-out', {});
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('href="https://elsewhere.test/"');
  });

  it('is nothing that a link can do', async () => {
    const browser = await enter(sandbox, issue(sandbox));
    await browser.get('/console/sign-out');
    expect((await browser.get('/console')).status).toBe(200);
  });
});
