import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';
import type { BrokerError } from '../core/errors.ts';
import { asBrokerError } from './errors.ts';
import type { RequestLog } from './request-log.ts';

type Answer = (error: BrokerError, request: Request, response: Response) => Promise<void> | void;

/** What every door does with whatever was thrown, before it answers in its own form. */
export function answerErrors(log: RequestLog, answer: Answer): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, request: Request, response: Response, next: NextFunction) => {
    const error = asBrokerError(thrown);
    log.refused(response, error);
    if (response.headersSent) {
      next(thrown);
      return undefined;
    }
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    return answer(error, request, response);
  };
}
