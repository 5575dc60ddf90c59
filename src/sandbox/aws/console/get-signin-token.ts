/** `Action=getSigninToken`: a program trades temporary credentials for a token that a browser may have. */
import { timingSafeEqual } from 'node:crypto';
import { sessionCaller } from '../access/caller.ts';
import type { SandboxAws } from '../aws-server.ts';
import type { CallRecord } from '../journal.ts';
import type { SessionClaims, Sessions } from '../sts/sessions.ts';
import type { ConsoleContext } from './console-context.ts';
import type { SigninGrant } from './console-sessions.ts';
import { recordSignIn } from './sign-in-record.ts';
import { invalidCredentials, readSessionDuration } from './sign-in-rules.ts';
import type { SignInExchange } from './sign-in-exchange.ts';

const LONGEST_SESSION = 16_384;

export function getSigninToken(
  { aws, consoleSessions }: ConsoleContext,
  { request, response, parameters }: SignInExchange,
): void {
  const record = recordSignIn(aws, request, 'GetSigninToken');
  try {
    const grant = readGrant(aws, parameters, record);
    const token = consoleSessions.newSigninToken(grant);
    record.succeeded();
    response.json({ SigninToken: token });
  } catch (error) {
    const { status, message } = record.failed(error);
    response.status(status).type('text/plain').send(`${message}\n`);
  }
}

function readGrant(aws: SandboxAws, parameters: URLSearchParams, record: CallRecord): SigninGrant {
  const sessionDuration = parameters.get('SessionDuration') ?? undefined;
  record.note({ sessionDuration });
  const credentials = readCredentials(parameters.get('Session') ?? '');
  const claims = credentials && openSession(aws.sessions, credentials);
  if (claims === undefined) throw invalidCredentials('Session holds no genuine temporary credentials');
  const caller = sessionCaller(aws.world, claims, credentials?.sessionId ?? '');
  if (caller === undefined) throw invalidCredentials('the role or user of these credentials is gone');
  record.setCaller(caller, 'us-east-1');
  return { claims, durationSeconds: readSessionDuration(claims, sessionDuration, aws.now()) };
}

interface SessionParameter {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly sessionToken: string;
}

function readCredentials(text: string): SessionParameter | undefined {
  const session = text.length > LONGEST_SESSION ? undefined : parseJson(text);
  if (typeof session !== 'object' || session === null) return undefined;
  const { sessionId, sessionKey, sessionToken } = session as Record<string, unknown>;
  if (typeof sessionId !== 'string' || typeof sessionKey !== 'string' || typeof sessionToken !== 'string') {
    return undefined;
  }
  return { sessionId, sessionKey, sessionToken };
}

/** Undefined for everything that is not a complete, genuine set of temporary credentials. */
function openSession(sessions: Sessions, credentials: SessionParameter): SessionClaims | undefined {
  const opened = sessions.open(credentials.sessionId, credentials.sessionToken);
  const expected = Buffer.from(opened?.secretAccessKey.reveal() ?? '');
  const given = Buffer.from(credentials.sessionKey);
  const isGenuine = expected.length === given.length && timingSafeEqual(expected, given);
  return isGenuine ? opened?.claims : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
