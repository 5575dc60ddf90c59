import type { NextFunction, Request, Response } from 'express';
import type { ApplicationAccess } from '../../broker/application-access.ts';
import type { SignInSessions } from '../../broker/sign-in-session.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { CookieSlot } from '../cookies.ts';
import { isSameOrigin } from '../middleware/guard-request.ts';
import { contextOf, type RequestContext } from '../request-context.ts';

/** Who calls the API, and, for a person, the ID token that some roles pass on. */
export interface Caller {
  readonly principal: Principal;
  readonly userIdToken?: string;
}

const callers = new WeakMap<Response, Caller>();

export interface CallerSettings {
  readonly baseUrl: string;
  readonly applications: ApplicationAccess;
  readonly sessions: SignInSessions;
  readonly sessionCookie: CookieSlot;
}

/** An access token in the Authorization header, or a browser's session; a token that came is never ignored. */
export function identifyCaller({ baseUrl, applications, sessions, sessionCookie }: CallerSettings) {
  async function fromSession(request: Request, { origin }: RequestContext): Promise<Caller> {
    const cookie = sessionCookie.read(request);
    const signedIn = cookie === undefined ? undefined : await sessions.resume(cookie, origin);
    if (signedIn === undefined) throw new BrokerError('session.required');
    if (request.method === 'POST' && !isSameOrigin(request, baseUrl))
      throw new BrokerError('request.cross_site');
    const { principal, session } = signedIn;
    return { principal, ...(session.idToken === undefined ? {} : { userIdToken: session.idToken }) };
  }

  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const { authorization } = request.headers;
    const caller =
      authorization === undefined
        ? await fromSession(request, contextOf(response))
        : { principal: await applications.resume(bearerToken(authorization)) };
    callers.set(response, caller);
    next();
  };
}

export function callerOf(response: Response): Caller {
  const caller = callers.get(response);
  if (caller === undefined) throw new Error('identifyCaller comes before every API handler');
  return caller;
}

/** RFC 6750 section 2.1. */
function bearerToken(authorization: string): string {
  const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(authorization) ?? [];
  if (token === undefined) throw new BrokerError('token.invalid');
  return token;
}
