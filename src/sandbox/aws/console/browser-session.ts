/**
 * The one console session of a browser: found by its cookie, opened by a sign-in of either kind. AWS lets a
 * browser have one as long as nobody turns multi-session support on, which nobody can here.
 */
import type { Request, Response } from 'express';
import { sessionCaller } from '../access/caller.ts';
import type { ConsoleContext } from './console-context.ts';
import type { ConsoleSession, SigninGrant } from './console-sessions.ts';
import { clearConsoleCookie, consoleCookieOf, setConsoleCookie } from './cookie.ts';
import { recordSignIn } from './sign-in-record.ts';

export interface BrowserSession {
  readonly session: ConsoleSession;
  /** Not ended, and its role or user still exists. */
  readonly isLive: boolean;
}

export function findBrowserSession(
  { aws, consoleSessions }: ConsoleContext,
  request: Request,
): BrowserSession | undefined {
  const session = consoleSessions.find(consoleCookieOf(request) ?? '');
  if (session === undefined) return undefined;
  const isLive =
    session.endsAt.getTime() > aws.now().getTime() &&
    sessionCaller(aws.world, session.claims, '') !== undefined;
  return { session, isLive };
}

export function isSignedIn(context: ConsoleContext, request: Request): boolean {
  return findBrowserSession(context, request)?.isLive === true;
}

interface Entry extends SigninGrant, Pick<ConsoleSession, 'door' | 'issuer'> {
  /** A path of the console. */
  readonly landingPath: string;
}

export function enterConsole(
  context: ConsoleContext,
  request: Request,
  response: Response,
  entry: Entry,
): void {
  const { aws, awsUrl, consoleSessions } = context;
  const record = recordSignIn(aws, request, 'ConsoleLogin');
  const { accountId, principalArn, name } = entry.claims;
  record.note({ accountId, principalArn, sessionName: name, door: entry.door, page: entry.landingPath });
  // What an ended session left behind must not be found under its old cookie.
  consoleSessions.signOut(consoleCookieOf(request) ?? '');
  setConsoleCookie(response, consoleSessions.open(entry, entry), awsUrl);
  record.succeeded();
  response.redirect(303, entry.landingPath);
}

/** @returns what was left, if anything */
export function leaveConsole(
  { consoleSessions }: ConsoleContext,
  request: Request,
  response: Response,
): ConsoleSession | undefined {
  const cookie = consoleCookieOf(request) ?? '';
  const session = consoleSessions.find(cookie);
  consoleSessions.signOut(cookie);
  clearConsoleCookie(response);
  return session;
}
