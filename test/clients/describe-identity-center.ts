/** Identity Center's protocol: `aws sso login` and all that stands on it, in clients that know nothing of Daypass. */
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { HttpBrowser } from '../support/http-browser.ts';
import { decide, redirectOf } from '../support/identity-center-client.ts';
import { signIn, type TestBroker } from '../support/start-test-broker.ts';
import type { ClientAnswer, ClientHome, RunningClient } from './client-home.ts';
import type { ClientTable } from './client-table.ts';
import { inHome, type ClientWorld } from './client-world.ts';

const require = createRequire(import.meta.url);
const PROFILE = 'production-readonly';
const ACCOUNT = '444455556666';

/** In the default profile too: some commands look there alone. */
function configOf(baseUrl: string): string {
  return `[default]
region = us-east-1
services = daypass

[profile ${PROFILE}]
sso_session = daypass
sso_account_id = ${ACCOUNT}
sso_role_name = ${PROFILE}
region = us-east-1
services = daypass

[profile refused]
sso_session = daypass
sso_account_id = 111122223333
sso_role_name = tools-edge-list-buckets
region = us-east-1
services = daypass

[sso-session daypass]
sso_start_url = https://daypass.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[services daypass]
sso =
  endpoint_url = ${baseUrl}
sso_oidc =
  endpoint_url = ${baseUrl}
`;
}

interface Terminal {
  readonly broker: TestBroker;
  readonly home: ClientHome;
  readonly browser: HttpBrowser;
  readonly aws: (...args: readonly string[]) => Promise<ClientAnswer>;
  readonly start: (...args: readonly string[]) => RunningClient;
}

/** A person at a terminal with the AWS CLI, and signed in to Daypass in a browser beside it. */
async function atTerminal<Result>(
  world: ClientWorld,
  work: (terminal: Terminal) => Promise<Result>,
): Promise<Result> {
  const { broker, awsCli } = world;
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  return inHome(world, async (home) => {
    await home.write('.aws/config', configOf(broker.baseUrl));
    const command = (args: readonly string[]) => ({ program: awsCli, arguments: args });
    return work({
      broker,
      home,
      browser,
      aws: (...args) => home.run(command(args)),
      start: (...args) => home.start(command(args)),
    });
  });
}

/** Follows the address that the CLI prints, and says yes. */
async function allow({ browser }: Pick<Terminal, 'browser'>, cli: RunningClient): Promise<void> {
  const [url] = await cli.printed(/https?:\/\/\S+\/(?:authorize\?|device\?user_code=)\S+/);
  const answered = await decide(browser, await browser.get(url), 'approve');
  if (new URL(url).pathname === '/authorize') await browser.get(redirectOf(answered).href);
}

async function logIn(terminal: Terminal, ...args: readonly string[]): Promise<void> {
  const cli = terminal.start('sso', 'login', '--profile', PROFILE, '--no-browser', ...args);
  await allow(terminal, cli);
  expect(await cli.finished).toMatchObject({ status: 0 });
}

async function expectIdentity({ aws }: Terminal): Promise<void> {
  const answer = await aws('sts', 'get-caller-identity', '--profile', PROFILE);
  expect(answer, answer.stderr).toMatchObject({ status: 0 });
  expect(answer.stdout).toMatch(/:assumed-role\/ReadOnly\/erin\.engel-/);
}

interface CachedToken {
  readonly file: string;
  readonly token: Readonly<Record<string, string>>;
}

async function cachedToken({ home }: Terminal): Promise<CachedToken> {
  for (const file of await home.list('.aws/sso/cache')) {
    const token = JSON.parse(await home.read(file)) as Record<string, string>;
    if (token['accessToken'] !== undefined) return { file, token };
  }
  throw new Error('no token is cached');
}

export function describeIdentityCenter(world: () => ClientWorld, table: ClientTable): void {
  const works = (way: string, note: string, client = world().awsCliVersion): void =>
    table.add({ client, way, outcome: 'works', note });

  it.each([
    ['aws sso login', [], 'the start URL has to be of AWS’s names, or lead there as `/start` does'],
    [
      'aws sso login --use-device-code',
      ['--use-device-code'],
      'for a terminal on another machine than the browser',
    ],
  ])('%s', async (way, args, note) => {
    await atTerminal(world(), async (terminal) => {
      await logIn(terminal, ...args);
      await expectIdentity(terminal);
    });
    works(`\`${way}\``, note);
  });

  it('aws configure sso', async () => {
    await atTerminal(world(), async (terminal) => {
      const { broker, home } = terminal;
      await home.remove('.aws/config');
      const environment = { AWS_ENDPOINT_URL_SSO: broker.baseUrl, AWS_ENDPOINT_URL_SSO_OIDC: broker.baseUrl };
      // It asks at a terminal alone.
      const cli = home.start({
        program: 'script',
        arguments: ['-qefc', `${world().awsCli} configure sso --no-browser`, '/dev/null'],
        environment,
      });
      const answer = async (question: RegExp, text: string): Promise<void> => {
        await cli.printed(question);
        cli.type(`${text}\r`);
      };
      await answer(/session name/, 'daypass');
      await answer(/start URL/, 'https://daypass.awsapps.com/start');
      await answer(/SSO region/, 'us-east-1');
      await answer(/registration scopes/, '');
      await allow(terminal, cli);
      await answer(/> Example Development/, '');
      await answer(/> development-/, '');
      await answer(/client Region/, 'us-east-1');
      await answer(/output format/, '');
      await answer(/Profile name/, 'dev');
      expect(await cli.finished).toMatchObject({ status: 0 });
      const identity = ['sts', 'get-caller-identity', '--profile', 'dev'];
      const { stdout } = await home.run({ program: world().awsCli, arguments: identity, environment });
      expect(stdout).toMatch(/:assumed-role\/\w+\/erin\.engel-/);
    });
    works('`aws configure sso`', 'with the addresses in the environment: it does not look into `[services]`');
  });

  it('the token is renewed in silence, and both programs that share it go on', async () => {
    await atTerminal(world(), async (terminal) => {
      await logIn(terminal);
      const { file, token } = await cachedToken(terminal);
      const expired = { ...token, expiresAt: '2026-01-01T00:00:00Z' };
      await terminal.home.write(file, JSON.stringify(expired));
      await expectIdentity(terminal);
      const renewed = await cachedToken(terminal);
      expect(renewed.token['refreshToken']).not.toBe(token['refreshToken']);
      // Another program, which had read the file before.
      await terminal.home.write(file, JSON.stringify(expired));
      await terminal.home.remove('.aws/cli/cache');
      await expectIdentity(terminal);
      expect((await cachedToken(terminal)).token['refreshToken']).toBe(renewed.token['refreshToken']);
    });
    works('renewal of the token', 'until the sign-in session ends');
  });

  it('aws sso list-accounts and list-account-roles', async () => {
    await atTerminal(world(), async (terminal) => {
      await logIn(terminal);
      const { token } = await cachedToken(terminal);
      const list = (...args: readonly string[]) =>
        terminal.aws('sso', ...args, '--access-token', token['accessToken'] ?? '', '--profile', PROFILE);
      const accounts = await list('list-accounts', '--page-size', '1');
      expect(accounts.stdout).toContain('"accountName": "Example Production"');
      expect((await list('list-account-roles', '--account-id', ACCOUNT)).stdout).toContain(PROFILE);
      await expectIdentity(terminal);
    });
    works('`aws sso list-accounts`, `list-account-roles`', 'paged');
  });

  it('a refusal is printed with its reason and where to read on', async () => {
    const answer = await atTerminal(world(), async (terminal) => {
      await logIn(terminal);
      return terminal.aws('sts', 'get-caller-identity', '--profile', 'refused');
    });
    expect(answer.status).not.toBe(0);
    expect(answer.stderr).toContain('ForbiddenException');
    expect(answer.stderr).toContain('This role is for lambda.amazonaws.com');
    expect(answer.stderr).toContain(`${world().broker.baseUrl}/roles/tools-edge-list-buckets`);
    works('refusals', 'the CLI prints the reason and a link');
  });

  it('aws sso logout', async () => {
    await atTerminal(world(), async (terminal) => {
      await logIn(terminal);
      await expectIdentity(terminal);
      const { token } = await cachedToken(terminal);
      expect(await terminal.aws('sso', 'logout', '--profile', PROFILE)).toMatchObject({ status: 0 });
      const after = await fetch(`${terminal.broker.baseUrl}/assignment/accounts`, {
        headers: { 'x-amz-sso_bearer_token': token['accessToken'] ?? '' },
      });
      expect(after.status).toBe(401);
      const answer = await terminal.aws('sts', 'get-caller-identity', '--profile', PROFILE);
      expect(answer.status).not.toBe(0);
    });
    works(
      '`aws sso logout`',
      'with `--profile`, or `services` in `[default]`: else it tells the real AWS the token',
    );
  });

  it.each([
    ['default chain', 'client-sts', 'undefined'],
    ['fromSSO', 'credential-provider-sso', 'require(process.argv[2]).fromSSO()'],
  ])('JS SDK v3, %s', async (way, module, credentials) => {
    const program = `const { STSClient, GetCallerIdentityCommand } = require(process.argv[1]);
      const sts = new STSClient({ region: 'us-east-1', credentials: ${credentials} });
      sts.send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(Arn));`;
    const answer = await atTerminal(world(), async (terminal) => {
      await logIn(terminal);
      const modules = ['client-sts', module].map((name) => require.resolve(`@aws-sdk/${name}`));
      const environment = { AWS_PROFILE: PROFILE };
      return terminal.home.run({
        program: process.execPath,
        arguments: ['-e', program, ...modules],
        environment,
      });
    });
    expect(answer, answer.stderr).toMatchObject({ status: 0 });
    expect(answer.stdout).toMatch(/:assumed-role\/ReadOnly\/erin\.engel-/);
    const { version } = require('@aws-sdk/client-sts/package.json') as { version: string };
    works(
      `\`aws sso login\`, then ${way}`,
      'with `AWS_PROFILE`, not with `profile:` in the code',
      `JS SDK ${version}`,
    );
  });
}
