/** Sign-ins by the federation endpoint, with sessions that are made without asking STS: any kind can be had. */
import type { IssuedSession, SessionClaims } from '../../src/sandbox/aws/sts/sessions.ts';
import { BROKER_URL, ConsoleBrowser } from './console-browser.ts';
import type { TestSandboxAws } from './start-sandbox-aws.ts';

export const ISSUER = `${BROKER_URL}/roles/production-developer`;

export const FEDERATED_USER: Partial<SessionClaims> = {
  kind: 'federated-user',
  origin: 'long-term-key',
  accountId: '111122223333',
  principalArn: 'arn:aws:iam::111122223333:user/reports',
};

export function issue(sandbox: TestSandboxAws, changes: Partial<SessionClaims> = {}): IssuedSession {
  const issuedAt = Math.floor(sandbox.now().getTime() / 1000);
  return sandbox.aws.sessions.issue({
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

export function sessionJson(session: IssuedSession, changes: object = {}): string {
  return JSON.stringify({
    sessionId: session.accessKeyId,
    sessionKey: session.secretAccessKey.reveal(),
    sessionToken: session.sessionToken.reveal(),
    ...changes,
  });
}

export function getSigninToken(
  sandbox: TestSandboxAws,
  session: string,
  sessionDuration?: number | string,
): Promise<Response> {
  return new ConsoleBrowser(sandbox).post('/federation', {
    Action: 'getSigninToken',
    Session: session,
    ...(sessionDuration === undefined ? {} : { SessionDuration: String(sessionDuration) }),
  });
}

export async function tokenFor(
  sandbox: TestSandboxAws,
  session: IssuedSession,
  sessionDuration?: number,
): Promise<string> {
  const answer = await getSigninToken(sandbox, sessionJson(session), sessionDuration);
  if (answer.status !== 200) throw new Error(await answer.text());
  return ((await answer.json()) as { SigninToken: string }).SigninToken;
}

export function login(
  browser: ConsoleBrowser,
  token: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const query = new URLSearchParams({
    Action: 'login',
    Issuer: ISSUER,
    Destination: 'https://console.aws.amazon.com/s3/home?region=us-east-1',
    SigninToken: token,
    ...changes,
  });
  return browser.get(`/federation?${query.toString()}`);
}

/** A browser that is signed in. */
export async function enter(
  sandbox: TestSandboxAws,
  session: IssuedSession,
  sessionDuration?: number,
): Promise<ConsoleBrowser> {
  const browser = new ConsoleBrowser(sandbox);
  await login(browser, await tokenFor(sandbox, session, sessionDuration));
  return browser;
}
