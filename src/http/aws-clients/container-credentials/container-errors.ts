import type { ErrorRequestHandler } from 'express';
import { z } from 'zod';
import { BrokerError } from '../../../core/errors.ts';
import { answerErrors } from '../../answer-errors.ts';
import { statusOf } from '../../errors.ts';
import { contextOf } from '../../request-context.ts';
import type { RequestLog } from '../../request-log.ts';

export const containerErrorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  Code: z.string(),
  Message: z.string(),
});

/** botocore prints the body; Go reads the names in small letters, JavaScript those with a capital. */
export function containerErrors(log: RequestLog): ErrorRequestHandler {
  return answerErrors(log, (error, _request, response) => {
    const { status, code, text } = asSeen(error);
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="daypass"');
    const message = `${text} Request id: ${contextOf(response).requestId}`;
    response.status(status).json({ code, message, Code: code, Message: message });
  });
}

/** Whoever tries a token on other roles must not learn which of them exist. */
function asSeen(error: BrokerError): {
  readonly status: number;
  readonly code: string;
  readonly text: string;
} {
  const isForeign = error.code === 'role.not_found' || error.code === 'token.role';
  const seen = isForeign ? new BrokerError('token.role') : error;
  return { status: statusOf(seen), code: seen.code, text: seen.text };
}
