/**
 * Refusals in the `signin` service's own form. Clients choose their words by the type and the code; the text itself is
 * printed for a ValidationException alone, so that whatever has a reason to read is one.
 */
import type { ErrorRequestHandler, Request } from 'express';
import type { BrokerError } from '../../../core/errors.ts';
import { answerErrors } from '../../answer-errors.ts';
import { statusOf } from '../../errors.ts';
import type { RequestLog } from '../../request-log.ts';

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly code: string;
}

export function signinErrors(log: RequestLog, baseUrl: string): ErrorRequestHandler {
  return answerErrors(log, (error, request, response) => {
    const { status, type, code } = refusalOf(error, isRefresh(request));
    response.setHeader('x-amzn-ErrorType', type);
    response.status(status).json({ __type: type, error: code, message: `${error.text} See ${baseUrl}/` });
  });
}

function refusalOf(error: BrokerError, refreshes: boolean): Refusal {
  const status = statusOf(error);
  // The login itself is over; on both, clients say what to type.
  if (error.code === 'code.spent')
    return { status: 401, type: 'AccessDeniedException', code: 'AUTHCODE_EXPIRED' };
  if (status === 401) {
    return { status, type: 'AccessDeniedException', code: refreshes ? 'TOKEN_EXPIRED' : 'AUTHCODE_EXPIRED' };
  }
  if (status === 429) return { status, type: 'TooManyRequestsError', code: 'INVALID_REQUEST' };
  if (status >= 500) return { status, type: 'InternalServerException', code: 'server_error' };
  return { status: 400, type: 'ValidationException', code: 'INVALID_REQUEST' };
}

function isRefresh({ body }: Request): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    (body as { grantType?: unknown }).grantType === 'refresh_token'
  );
}
