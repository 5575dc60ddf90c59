/** RFC 9457 problem details: what an API client gets instead of an answer. */
import type { ErrorRequestHandler } from 'express';
import { answerErrors } from '../answer-errors.ts';
import { statusOf } from '../errors.ts';
import { contextOf } from '../request-context.ts';
import type { RequestLog } from '../request-log.ts';

export function apiErrors(log: RequestLog, baseUrl: string): ErrorRequestHandler {
  return answerErrors(log, (error, _request, response) => {
    const status = statusOf(error);
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="daypass"');
    const { requestId } = contextOf(response);
    const { code, text: title, problems, steps } = error;
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
          steps,
        }),
      );
  });
}
