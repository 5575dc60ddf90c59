/** Calls to STS as the rows of the protocol need them: with parts of them left out or made wrong. */
import { presignedUrl, type Signing, signedRequest } from '../support/sign-request.ts';
import { type Credentials, type TestSandboxAws, TOOLS } from '../support/start-sandbox-aws.ts';
import { type Answer, fetched, signed } from './ask.ts';

export const IDENTITY = 'Action=GetCallerIdentity&Version=2011-06-15';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** An IAM user who may do little: enough wherever a call is refused before anybody asks the policies. */
export function user(sandbox: TestSandboxAws): Credentials {
  return sandbox.keyOf(TOOLS, 'tools');
}

export function form(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString();
}

/** Signed by hand by that user. */
export function byHand(sandbox: TestSandboxAws, signing: Partial<Signing> = {}): Promise<Answer> {
  return signed(sandbox, { credentials: user(sandbox), body: IDENTITY, ...signing });
}

/** Signed well, and changed on its way. */
export function tampered(
  sandbox: TestSandboxAws,
  change: (init: RequestInit, url: string) => readonly [string, RequestInit],
  signing: Partial<Signing> = {},
): Promise<Answer> {
  const { url, init } = signedRequest(sandbox.url, {
    credentials: user(sandbox),
    at: sandbox.now(),
    body: IDENTITY,
    ...signing,
  });
  return fetched(...change(init, url));
}

/** A form that nobody signed. */
export function unsigned(
  sandbox: TestSandboxAws,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return fetched(sandbox.url, { method: 'POST', body, headers: { ...FORM, ...headers } });
}

/** GetCallerIdentity as a pre-signed URL, changed on its way. */
export function presigned(
  sandbox: TestSandboxAws,
  signing: Partial<Signing> = {},
  change: (url: URL) => void = () => undefined,
): Promise<Answer> {
  const url = presignedUrl(sandbox.url, {
    credentials: user(sandbox),
    at: sandbox.now(),
    query: IDENTITY,
    ...signing,
  });
  const changed = new URL(url);
  change(changed);
  return fetched(changed.href);
}

/** The JSON form of an answer, told like the others. */
export function readJson(answer: Answer): Answer {
  const { text, headers } = answer.result as { text: string; headers: Record<string, string> };
  const body = JSON.parse(text) as { Error?: { Code: string; Message: string } };
  return {
    status: answer.status,
    code: body.Error?.Code ?? 'Success',
    message: body.Error?.Message ?? '',
    result: { body, type: headers['content-type'] },
  };
}
