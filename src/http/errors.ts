/** Where a fault becomes an HTTP answer: one status per kind, one reducer for what nobody expected. */
import { BrokerError, ERRORS, type ErrorCode, type ErrorKind } from '../core/errors.ts';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  'bad-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  precondition: 412,
  'too-large': 413,
  'too-many': 429,
  misdirected: 421,
  internal: 500,
  'upstream-bad': 502,
  unavailable: 503,
  'upstream-timeout': 504,
};

export function statusOf(error: BrokerError): number {
  return STATUS[error.kind];
}

export function statusOfCode(code: ErrorCode): number {
  return STATUS[ERRORS[code].kind];
}

/** Anything thrown, as a fault with a stable code. The cause stays for the log. */
export function asBrokerError(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  if (isHttpError(thrown)) {
    // Express's own refusals: a body that is too large, not JSON, in an unknown charset; a malformed path.
    const code = thrown.status === 413 ? 'request.too_large' : 'request.malformed';
    return new BrokerError(code, { detail: kindOf(thrown) });
  }
  return new BrokerError('internal', { cause: thrown });
}

/** Their messages quote what they could not read, which may be a secret: only their kind is told. */
function kindOf(error: HttpError): string {
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}

/** The 4xx errors that Express and its body parsers throw. */
interface HttpError extends Error {
  readonly status: number;
}

function isHttpError(thrown: unknown): thrown is HttpError {
  return (
    thrown instanceof Error &&
    'status' in thrown &&
    typeof thrown.status === 'number' &&
    thrown.status >= 400 &&
    thrown.status < 500
  );
}
