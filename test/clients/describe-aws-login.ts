/** `aws login`: the AWS CLI's own sign-in, and the SDKs that read what it leaves behind. */
import { createRequire } from 'node:module';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hrefOn, shownCode } from '../support/aws-login-client.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { signIn } from '../support/start-test-broker.ts';
import { ClientHome, type ClientAnswer } from './client-home.ts';
import type { ClientTable } from './client-table.ts';
import type { ClientWorld } from './client-world.ts';

const CACHE = '.aws/login/cache';
const ARN = /^arn:aws:sts::444455556666:assumed-role\/ReadOnly\/erin\.engel-/;

interface CachedLogin {
  readonly accessToken: { readonly accessKeyId: string; readonly expiresAt: string };
  readonly refreshToken: string;
}

export function describeAwsLogin(world: () => ClientWorld, table: ClientTable): void {
  let home: ClientHome;
  let browser: HttpBrowser;

  beforeEach(async () => {
    const { broker } = world();
    home = await ClientHome.create(broker.awsUrl);
    await home.write(
      '.aws/config',
      [
        '[profile work]',
        'region = us-east-1',
        'services = daypass',
        '',
        '[services daypass]',
        'signin =',
        `  endpoint_url = ${broker.baseUrl}`,
        '',
      ].join('\n'),
    );
    browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  });
  afterEach(() => home.close());

  const aws = (...args: readonly string[]): Promise<ClientAnswer> =>
    home.run({ program: world().awsCli, arguments: [...args, '--profile', 'work'] });

  const start = (...args: readonly string[]) =>
    home.start({
      program: world().awsCli,
      arguments: ['login', ...args, '--profile', 'work'],
      // A browser that does nothing: the test is the browser.
      environment: { BROWSER: 'true %s' },
    });

  /** Somebody at a browser: follows the address that the CLI prints, and picks a role. */
  async function pick(address: string, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
    const page = await browser.get(address);
    return browser.submit(page, /^\/v1\//, { role: 'production-readonly', ...fields });
  }

  async function login(): Promise<void> {
    const client = start();
    const [address] = await client.printed(/http:\/\/localhost:\d+\/v1\/authorize\?\S+/);
    await fetch(hrefOn(await pick(address)));
    expect(await client.finished).toMatchObject({ status: 0, stderr: '' });
  }

  async function cached(): Promise<{ readonly name: string; readonly login: CachedLogin }> {
    const [file = ''] = await readdir(join(home.path, CACHE));
    const name = `${CACHE}/${file}`;
    return { name, login: JSON.parse(await home.read(name)) as CachedLogin };
  }

  /** As it is a quarter of an hour later. */
  async function expire(): Promise<CachedLogin> {
    const { name, login } = await cached();
    const accessToken = { ...login.accessToken, expiresAt: '2020-01-01T00:00:00Z' };
    await home.write(name, JSON.stringify({ ...login, accessToken }));
    return login;
  }

  function expectCaller({ status, stdout, stderr }: ClientAnswer): void {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect((JSON.parse(stdout) as { Arn: string }).Arn).toMatch(ARN);
  }

  it('the AWS CLI, with the browser on the same device, and its refresh', async () => {
    await login();
    expectCaller(await aws('sts', 'get-caller-identity'));
    const before = await expire();
    expectCaller(await aws('sts', 'get-caller-identity'));
    const { login: after } = await cached();
    expect(after.accessToken.accessKeyId).not.toBe(before.accessToken.accessKeyId);
    table.add({
      client: world().awsCliVersion,
      way: '`aws login`',
      outcome: 'works',
      note: 'the profile with `services = …` must exist before; refreshes by itself while the sign-in session lasts',
    });
  });

  /** The CLI reads its cache while another one writes it, and then says no more than the name of the file. */
  async function awsUnlessHalfWritten(): Promise<ClientAnswer> {
    const answer = await aws('sts', 'get-caller-identity');
    const isHalfWritten = /^\s*aws: \[ERROR\]: '[0-9a-f]{64}'\s*$/.test(answer.stderr);
    return isHalfWritten ? awsUnlessHalfWritten() : answer;
  }

  it('four commands at once, all of which refresh', async () => {
    await login();
    await expire();
    const answers = await Promise.all(Array.from({ length: 4 }, () => awsUnlessHalfWritten()));
    for (const answer of answers) expectCaller(answer);
    await expire();
    expectCaller(await aws('sts', 'get-caller-identity'));
  });

  it('the AWS CLI on another device, by a code that is copied', async () => {
    const client = start('--remote');
    const [address] = await client.printed(/http:\/\/localhost:\d+\/v1\/authorize\?\S+/);
    client.type(`${shownCode(await pick(address, { startedByMe: 'yes' }))}\n`);
    expect(await client.finished).toMatchObject({ status: 0 });
    expectCaller(await aws('sts', 'get-caller-identity'));
    table.add({
      client: world().awsCliVersion,
      way: '`aws login --remote`',
      outcome: 'works',
      note: 'unless `awsClients.deviceCodes` is off; the page says who may have sent the link',
    });
  });

  it('is told to log in again once the session has ended, and forgets what it has by aws logout', async () => {
    await login();
    await expire();
    await browser.post(`${world().broker.baseUrl}/sign-out`, {});
    const refused = await aws('sts', 'get-caller-identity');
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(/Your session has expired. Please reauthenticate using 'aws login'/);
    expect(await aws('logout')).toMatchObject({ status: 0 });
    expect(await readdir(join(home.path, CACHE))).toEqual([]);
  });

  it('gets nothing where its person gives nothing', async () => {
    const client = start();
    const [address] = await client.printed(/http:\/\/localhost:\d+\/v1\/authorize\?\S+/);
    await fetch(hrefOn(await pick(address, { decision: 'decline' })));
    const { status, stderr } = await client.finished;
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/Failed to retrieve an authorization code/);
  });

  it('the SDK for JavaScript, by what aws login left behind', async () => {
    await login();
    const before = await expire();
    const require = createRequire(import.meta.url);
    const program = `
      const { STSClient, GetCallerIdentityCommand } = require(${JSON.stringify(require.resolve('@aws-sdk/client-sts'))});
      new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(JSON.stringify({ Arn })));
    `;
    const answer = await home.run({
      program: process.execPath,
      arguments: ['--no-warnings', '--input-type=commonjs', '--eval', program],
      environment: { AWS_PROFILE: 'work', AWS_REGION: 'us-east-1' },
    });
    expectCaller(answer);
    expect((await cached()).login.accessToken.accessKeyId).not.toBe(before.accessToken.accessKeyId);
    const { version } = require('@aws-sdk/client-sts/package.json') as { version: string };
    table.add({
      client: `JS SDK/${version}`,
      way: '`aws login`',
      outcome: 'works',
      note: 'reads and refreshes what the AWS CLI left behind; by `AWS_PROFILE`, else `AWS_ENDPOINT_URL_SIGNIN` must be set',
    });
  });
}
