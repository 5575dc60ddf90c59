/** RFC 6749 section 5.2 in place of problem details. */
import type { ErrorRequestHandler } from 'express';
import type { BrokerError, ErrorCode } from '../../core/errors.ts';
import { answerErrors } from '../answer-errors.ts';
import { statusOf } from '../errors.ts';
import type { RequestLog } from '../request-log.ts';
import type { OAUTH_ERRORS } from './oauth-schemas.ts';

type OAuthError = (typeof OAUTH_ERRORS)[number];

/** RFC 8693 section 2.2.2 answers to an unusable subject token as to anything else that is wrong with the request. */
const ERRORS: Partial<Record<ErrorCode, OAuthError>> = {
  'client.invalid': 'invalid_client',
  'grant.not_allowed': 'unauthorized_client',
  'grant.unsupported': 'unsupported_grant_type',
  'scope.invalid': 'invalid_scope',
  'target.invalid': 'invalid_target',
};

export function oauthErrors(log: RequestLog): ErrorRequestHandler {
  return answerErrors(log, (error, _request, response) => {
    const status = statusOf(error);
    if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="daypass"');
    response.status(status).json({ error: oauthCode(error, status), error_description: error.text });
  });
}

function oauthCode({ code }: BrokerError, status: number): OAuthError {
  const known = ERRORS[code];
  if (known !== undefined) return known;
  if (status < 500 && status !== 429) return 'invalid_request';
  return status === 500 ? 'server_error' : 'temporarily_unavailable';
}
