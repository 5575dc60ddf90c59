import type { Request, Response } from 'express';
import type { SessionClaims } from '../sts/sessions.ts';
import { findBrowserSession } from './browser-session.ts';
import type { ConsoleContext } from './console-context.ts';
import { describePrincipal } from './principal.ts';

/** The sign-in that was asked for, where it can be repeated after a sign-out. */
export interface NextSignIn {
  readonly claims: SessionClaims;
  /** Logs out and signs in at once. A path. */
  readonly address: string;
}

/** For a browser that is signed in already. */
export async function askToLogOut(
  context: ConsoleContext,
  request: Request,
  response: Response,
  next?: NextSignIn,
): Promise<void> {
  const { world } = context.aws;
  const current = findBrowserSession(context, request)?.session.claims;
  const page = {
    current: current && describePrincipal(world, current),
    wanted: next && describePrincipal(world, next.claims),
    carryOn: next?.address,
  };
  await context.pages.render(response, 'console-must-log-out', page, { status: 400 });
}
