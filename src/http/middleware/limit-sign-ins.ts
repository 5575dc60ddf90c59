import type { RequestHandler } from 'express';
import type { RateLimits } from '../../broker/rate-limits.ts';
import { contextOf } from '../request-context.ts';

/** Before a sign-in is started: each one is remembered for ten minutes, and anybody may start one. */
export function limitSignIns(limits: Pick<RateLimits, 'startSignIn'>): RequestHandler {
  return async (_request, response, next) => {
    await limits.startSignIn(contextOf(response).origin.sourceIp);
    next();
  };
}
