/**
 * How a refusal looks to Identity Center's clients. The type decides what they do, and stands both in a header and
 * in the body; SSO OIDC's own pair stands beside it, and `message`, which older clients print alone.
 */
import type { ErrorRequestHandler } from 'express';
import { BrokerError, type ErrorCode, type ErrorKind } from '../../../core/errors.ts';
import { answerErrors } from '../../answer-errors.ts';
import { statusOf } from '../../errors.ts';
import type { RequestLog } from '../../request-log.ts';

interface WireError {
  readonly type: string;
  readonly error: string;
}

const wire = (type: string, error: string): WireError => ({ type, error });
const INVALID_GRANT = wire('InvalidGrantException', 'invalid_grant');
const FORBIDDEN = wire('ForbiddenException', 'access_denied');

const BY_CODE: Partial<Record<ErrorCode, WireError>> = {
  'client.invalid': wire('InvalidClientException', 'invalid_client'),
  'client.metadata': wire('InvalidClientMetadataException', 'invalid_client_metadata'),
  'client.redirect_uri': wire('InvalidRedirectUriException', 'invalid_redirect_uri'),
  'client.scope': wire('InvalidScopeException', 'invalid_scope'),
  'client.grant_type': wire('UnsupportedGrantTypeException', 'unsupported_grant_type'),
  'client.unauthorized': wire('UnauthorizedClientException', 'unauthorized_client'),
  'client.pending': wire('AuthorizationPendingException', 'authorization_pending'),
  'client.slow_down': wire('SlowDownException', 'slow_down'),
  'client.denied': wire('AccessDeniedException', 'access_denied'),
  'client.expired': wire('ExpiredTokenException', 'expired_token'),
  'code.spent': INVALID_GRANT,
  'token.refresh': INVALID_GRANT,
};

const BY_KIND: Readonly<Record<ErrorKind, WireError>> = {
  'bad-request': wire('InvalidRequestException', 'invalid_request'),
  'method-not-allowed': wire('InvalidRequestException', 'invalid_request'),
  'too-large': wire('InvalidRequestException', 'invalid_request'),
  conflict: wire('InvalidRequestException', 'invalid_request'),
  precondition: wire('InvalidRequestException', 'invalid_request'),
  misdirected: wire('InvalidRequestException', 'invalid_request'),
  'not-found': wire('ResourceNotFoundException', 'invalid_request'),
  unauthenticated: wire('UnauthorizedException', 'invalid_grant'),
  forbidden: FORBIDDEN,
  'too-many': wire('TooManyRequestsException', 'slow_down'),
  unavailable: wire('ServiceUnavailableException', 'temporarily_unavailable'),
  'upstream-bad': wire('ServiceUnavailableException', 'temporarily_unavailable'),
  'upstream-timeout': wire('ServiceUnavailableException', 'temporarily_unavailable'),
  internal: wire('InternalServerException', 'server_error'),
};

/** A role that is refused, to a token that is good: never 401, on which clients throw their token away. */
class RoleRefusal extends BrokerError {}

const REFUSING: readonly ErrorKind[] = ['bad-request', 'unauthenticated', 'forbidden', 'not-found'];

/** With the reason and where to read on, because the AWS CLI prints it as it is. */
export function refuseRole(
  thrown: unknown,
  { baseUrl, roleName }: { readonly baseUrl: string; readonly roleName: string },
): unknown {
  if (!(thrown instanceof BrokerError)) return thrown;
  if (!REFUSING.includes(thrown.kind) && thrown.code !== 'sts.refused') return thrown;
  // The token itself ended meanwhile.
  if (thrown.code === 'token.invalid' || thrown.code === 'session.ended') return thrown;
  const page = /^[a-z0-9-]{1,63}$/.test(roleName) ? `${baseUrl}/roles/${roleName}` : baseUrl;
  const { code, detail, cause } = thrown;
  return new RoleRefusal(code, {
    hint: `${reasonOf(thrown)} See ${page}`,
    cause,
    ...(detail === undefined ? {} : { detail }),
  });
}

/** What the failing step says, and to whom no role is given: who that is, for the AWS CLI names nobody. */
function reasonOf({ code, text, steps = [] }: BrokerError): string {
  const failed = steps.find(({ state }) => state === 'failed')?.text ?? '';
  const who = code === 'role.not_found' ? steps.find(({ step }) => step === 'identity') : undefined;
  const reason = failed.startsWith(text) ? failed : `${text} ${failed}`.trim();
  return who === undefined ? reason : `${reason} You are ${who.text}`;
}

export function identityCenterErrors(log: RequestLog): ErrorRequestHandler {
  return answerErrors(log, (error, _request, response) => {
    const isRefusal = error instanceof RoleRefusal;
    const { type, error: oauth } = isRefusal ? FORBIDDEN : (BY_CODE[error.code] ?? BY_KIND[error.kind]);
    response.setHeader('x-amzn-ErrorType', type);
    response.status(isRefusal ? 403 : statusOf(error));
    response.json({ __type: type, message: error.text, error: oauth, error_description: error.text });
  });
}
