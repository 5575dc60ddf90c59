import type { NextFunction, Request, Response } from 'express';
import type { SignedIn, SignInSessions } from '../../broker/sign-in-session.ts';
import { BrokerError } from '../../core/errors.ts';
import type { CookieSlot } from '../cookies.ts';
import { contextOf } from '../request-context.ts';

const people = new WeakMap<Response, SignedIn>();

/** Finds out who a browser's session cookie speaks for; nobody is an answer too. */
export function readSession(sessions: Pick<SignInSessions, 'resume'>, cookie: CookieSlot) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const value = cookie.read(request);
    const signedIn =
      value === undefined ? undefined : await sessions.resume(value, contextOf(response).origin);
    if (signedIn !== undefined) people.set(response, signedIn);
    next();
  };
}

export function personOf(response: Response): SignedIn | undefined {
  return people.get(response);
}

/** From here on this request is nobody's: the session that it came with has ended. */
export function forgetPerson(response: Response): void {
  people.delete(response);
}

/** @throws BrokerError `session.required`, which the web's error handler turns into the way to sign-in and back. */
export function requirePerson(response: Response): SignedIn {
  const signedIn = people.get(response);
  if (signedIn === undefined) throw new BrokerError('session.required');
  return signedIn;
}
