/** RFC 9457 problem details: what an API client gets instead of an answer. */
import type { NextFunction, Request, Response } from 'express';
import { asBrokerError, statusOf } from '../errors.ts';
import { contextOf } from '../request-context.ts';
import type { RequestLog } from '../request-log.ts';

export function apiErrors(log: RequestLog, baseUrl: string) {
  return (thrown: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const error = asBrokerError(thrown);
    log.refused(response, error);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const status = statusOf(error);
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="daypass"');
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    const { requestId } = contextOf(response);
    const { code, text: title, problems } = error;
    response
      .status(status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: `${baseUrl}/api#error-${code}`,
          title,
          status,
          code,
          requestId,
          problems,
        }),
      );
  };
}
