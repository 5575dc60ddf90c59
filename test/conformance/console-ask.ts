/**
 * Asks the sign-in service and the console. They speak to browsers, so an answer is what one would come to see:
 * redirects are followed with the cookie, and a page that refuses is told by its words.
 */
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { ConsoleBrowser, offering, pageText, PRODUCTION_READER } from '../support/console-browser.ts';
import {
  type Credentials,
  credentialsIn,
  DEVELOPMENT,
  EXAMPLE_CORP,
  PRODUCTION,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';

export type Who = (sandbox: TestSandboxAws) => Promise<Credentials>;
export type Fields = Readonly<Record<string, string>>;

const roleArn = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;

const user =
  (account: string, name: string): Who =>
  (sandbox) =>
    Promise.resolve(sandbox.keyOf(account, name));

const assuming =
  (who: Who, input: Pick<AssumeRoleCommandInput, 'RoleArn'> & Partial<AssumeRoleCommandInput>): Who =>
  async (sandbox) => {
    const client = sandbox.client(await who(sandbox));
    return credentialsIn(await client.send(new AssumeRoleCommand({ RoleSessionName: 'erin', ...input })));
  };

export const broker = user(TOOLS, 'daypass-broker');

/** A role session by the key of an IAM user. */
export const direct = (DurationSeconds?: number): Who =>
  assuming(broker, {
    RoleArn: roleArn(PRODUCTION, 'Ec2Operator'),
    ...(DurationSeconds === undefined ? {} : { DurationSeconds }),
  });

/** The same, of a role whose sessions last an hour at most. */
export const ofShortRole = assuming(user(EXAMPLE_CORP, 'cost-service'), {
  RoleArn: roleArn(TOOLS, 'ExampleCorpCostReader'),
  ExternalId: '12345',
});

export const chained = assuming(assuming(broker, { RoleArn: roleArn(TOOLS, 'DaypassHub') }), {
  RoleArn: roleArn(PRODUCTION, 'SupportOperator'),
});

export const userSession: Who = async (sandbox) =>
  credentialsIn(await sandbox.client(await broker(sandbox)).send(new GetSessionTokenCommand({})));

/** A role session by the key of a GetSessionToken session. */
export const byUserSession = assuming(userSession, { RoleArn: roleArn(PRODUCTION, 'Ec2Operator') });

export const federated =
  (DurationSeconds: number): Who =>
  async (sandbox) => {
    const client = sandbox.client(await user(TOOLS, 'reports')(sandbox));
    return credentialsIn(await client.send(new GetFederationTokenCommand({ Name: 'erin', DurationSeconds })));
  };

export const bySaml: Who = async (sandbox) => {
  const [RoleArn, PrincipalArn] = PRODUCTION_READER.split(',');
  const SAMLAssertion = offering(sandbox, [PRODUCTION_READER]);
  const client = sandbox.client({ accessKeyId: 'unused', secretAccessKey: 'unused' });
  return credentialsIn(
    await client.send(new AssumeRoleWithSAMLCommand({ RoleArn, PrincipalArn, SAMLAssertion })),
  );
};

export const byWebIdentity: Who = async (sandbox) => {
  const RoleArn = roleArn(DEVELOPMENT, 'DataAnalyst');
  const WebIdentityToken = await sandbox.federation.token({
    now: sandbox.now(),
    claims: { 'https://aws.amazon.com/roles': [RoleArn] },
  });
  const client = sandbox.client({ accessKeyId: 'unused', secretAccessKey: 'unused' });
  return credentialsIn(
    await client.send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn, WebIdentityToken, RoleSessionName: 'erin' }),
    ),
  );
};

/** `getSigninToken` by POST, or all of it in the address. */
export async function getSigninToken(
  sandbox: TestSandboxAws,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  { method = 'POST', ...fields }: Fields = {},
): Promise<Answer> {
  const session = { sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken };
  const form = { Action: 'getSigninToken', Session: JSON.stringify(session), ...fields };
  const browser = new ConsoleBrowser(sandbox);
  const response = await (method === 'POST'
    ? browser.post('/federation', form)
    : browser.get(`/federation?${new URLSearchParams(form).toString()}`));
  const text = await response.text();
  if (!response.ok) return { status: response.status, code: '', message: text.trim(), result: {} };
  return { status: response.status, code: 'Success', message: '', result: JSON.parse(text) as object };
}

/** What `login` is asked with; a row changes what it is about. */
export async function loginForm(sandbox: TestSandboxAws, who: Who, fields: Fields = {}): Promise<Fields> {
  const { result, message } = await getSigninToken(sandbox, await who(sandbox), fields);
  const { SigninToken } = result as { SigninToken?: string };
  if (SigninToken === undefined) throw new Error(`no SigninToken: ${message}`);
  return {
    Action: 'login',
    Issuer: 'https://broker.example.com/again',
    Destination: 'https://console.aws.amazon.com/s3/home',
    SigninToken,
  };
}

export function loginAddress(form: Fields): string {
  return `/federation?${new URLSearchParams(form).toString()}`;
}

export async function login(browser: ConsoleBrowser, form: Fields): Promise<Answer> {
  return seen(browser, await browser.get(loginAddress(form)));
}

/** The console, entered and looked at again after some seconds. */
export async function consoleAfter(
  sandbox: TestSandboxAws,
  browser: ConsoleBrowser,
  seconds: number,
): Promise<Answer> {
  sandbox.clockOffsetMs += seconds * 1000;
  return seen(browser, await browser.get('/console/home'));
}

/** A whole sign-in, and the console after some seconds. */
export const signedInFor =
  (who: Who, seconds: number, fields: Fields = {}) =>
  async (sandbox: TestSandboxAws): Promise<Answer> => {
    const browser = new ConsoleBrowser(sandbox);
    const entered = await login(browser, await loginForm(sandbox, who, fields));
    if (entered.code !== 'Success') throw new Error(entered.message);
    return consoleAfter(sandbox, browser, seconds);
  };

/** What the browser shows in the end, and under which path. */
export async function seen(browser: ConsoleBrowser, first: Response): Promise<Answer> {
  let response = first;
  let path = new URL(first.url).pathname;
  for (let step = 0; step < 5; step += 1) {
    const location = response.headers.get('location');
    if (location === null) break;
    const next = new URL(location, response.url);
    path = `${next.pathname}${next.search}`;
    response = await browser.get(location);
  }
  const html = await response.text();
  const message = pageText(html);
  const [, code = ''] = /Error Code: (\w+)/.exec(message) ?? [];
  if (!response.ok) return { status: response.status, code, message, result: {} };
  return { status: response.status, code: 'Success', message: '', result: { path, text: message, html } };
}
