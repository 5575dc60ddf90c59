/** An answer that AWS gives instead of a result: its code, its text, its HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** What AWS keeps to itself and a developer wants to know: for the journal alone. */
  readonly detail: string | undefined;

  constructor(code: string, message: string, status = 400, detail?: string) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.detail = detail;
  }
}

export function accessDenied(message: string, detail?: string): AwsError {
  return new AwsError('AccessDenied', message, 403, detail);
}

export function validationError(message: string, detail?: string): AwsError {
  return new AwsError('ValidationError', message, 400, detail);
}

/** The key is unknown, or the token does not belong to it. */
export function invalidClientToken(): AwsError {
  return new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
}

/** What went wrong here is no answer of AWS's; it says so without saying what. */
export function internalFailure(): AwsError {
  return new AwsError(
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
    500,
  );
}
