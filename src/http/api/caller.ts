import type { NextFunction, Request, Response } from 'express';
import type { AccessTokens } from '../../broker/resume-token.ts';
import type { SignInSessions } from '../../broker/sign-in-session.ts';
import { BrokerError } from '../../core/errors.ts';
import type { AuthorizationKind } from '../../core/ports/authorizations.ts';
import type { Principal } from '../../core/principal.ts';
import type { CookieSlot } from '../cookies.ts';
import { isSameOrigin } from '../middleware/guard-request.ts';
import { limitPrincipal, type PrincipalLimits } from '../middleware/limit-principal.ts';
import { contextOf, type RequestContext } from '../request-context.ts';

/** Who calls the API, and, for a person, the ID token that some roles pass on. */
export interface Caller {
  readonly principal: Principal;
  readonly userIdToken?: string;
}

/** Clients of the AWS tools' own protocols have doors of their own. */
const API_TOKENS: readonly AuthorizationKind[] = ['application', 'on-behalf-of', 'personal'];

const callers = new WeakMap<Response, Caller>();

export interface CallerSettings {
  readonly baseUrl: string;
  readonly accessTokens: AccessTokens;
  readonly sessions: SignInSessions;
  readonly sessionCookie: CookieSlot;
  readonly limits: PrincipalLimits;
}

/** An access token in the Authorization header, or a browser's session; a token that came is never ignored. */
export function identifyCaller(settings: CallerSettings) {
  const { baseUrl, accessTokens, sessions, sessionCookie, limits } = settings;

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
    const context = contextOf(response);
    const caller =
      authorization === undefined
        ? await fromSession(request, context)
        : await accessTokens.resume(bearerToken(authorization), API_TOKENS, context.origin);
    await limitPrincipal(limits, caller.principal, response);
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
