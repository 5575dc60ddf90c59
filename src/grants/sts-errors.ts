/**
 * What STS's refusals and faults mean to the broker. AWS's own words go to the operator alone, and only those
 * known to repeat nothing secret: a ValidationError quotes the value it dislikes, which may be a token.
 * Codes: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and each operation's page.
 */
import { BrokerError, type ErrorCode } from '../core/errors.ts';
import { StsTransportError } from './sts-http-handler.ts';

interface StsFault {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
}

interface Meaning {
  readonly to: ErrorCode;
  readonly hint?: string;
}

const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...named(
    ['Throttling', 'ThrottlingException', 'TooManyRequestsException', 'RequestLimitExceeded', 'SlowDown'],
    {
      to: 'sts.throttled',
    },
  ),
  ...named(['ServiceUnavailable', 'InternalFailure', 'InternalError', 'RequestTimeout'], {
    to: 'sts.unavailable',
  }),
  ...named(
    [
      'InvalidClientTokenId',
      'ExpiredToken',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
      'MissingAuthenticationToken',
      'RequestExpired',
      'UnrecognizedClientException',
      // The SDK's own: the provider chain ended without credentials.
      'CredentialsProviderError',
      'TokenProviderError',
      'ProviderError',
    ],
    { to: 'broker.credentials' },
  ),
  ...named(['MalformedPolicyDocument', 'MalformedPolicyDocumentException'], {
    to: 'session_policy.malformed',
    hint: 'AWS could not read the session policy.',
  }),
  ...named(['PackedPolicyTooLarge', 'PackedPolicyTooLargeException'], {
    to: 'session_policy.malformed',
    hint: 'The session policy and the session tags are together too large for AWS. Ask for a shorter policy.',
  }),
  ...named(['RegionDisabledException'], {
    to: 'sts.refused',
    hint: 'STS is not activated in this region for the account. An administrator has to activate it or choose another region.',
  }),
  ...named(['IDPCommunicationError', 'IDPCommunicationErrorException'], {
    to: 'sts.refused',
    hint: 'AWS could not read the keys of the identity provider. An administrator has to see that AWS can reach it.',
  }),
  ...named(['ExpiredTokenException'], {
    to: 'sts.refused',
    hint: 'AWS found the sign-in too old. An administrator has to check the broker’s clock.',
  }),
  ...named(
    [
      'InvalidIdentityToken',
      'InvalidIdentityTokenException',
      'IDPRejectedClaim',
      'IDPRejectedClaimException',
    ],
    {
      to: 'sts.refused',
      hint: 'AWS did not accept the identity provider. An administrator has to look at its entry in the account.',
    },
  ),
]);

function named(codes: readonly string[], meaning: Meaning): [string, Meaning][] {
  return codes.map((code) => [code, meaning]);
}

/** A throttled caller waits this long where AWS does not say how long. */
const RETRY_AFTER_SECONDS = 5;
const LONGEST_RETRY_AFTER_SECONDS = 60;

/** Never keeps the original as its cause: the SDK hangs the raw answer on it, and that may hold credentials. */
export function stsError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof StsTransportError) return transportMeaning(error);
  const fault = faultOf(error);
  if (fault === undefined) {
    return new BrokerError('sts.bad_response', { detail: 'the answer could not be parsed' });
  }
  const meaning = special(fault) ?? MEANINGS.get(fault.code) ?? byStatus(fault);
  return new BrokerError(meaning.to, {
    detail: detailOf(fault, meaning.to),
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    ...(meaning.to === 'sts.throttled' || meaning.to === 'sts.unavailable'
      ? { retryAfterSeconds: fault.retryAfterSeconds ?? RETRY_AFTER_SECONDS }
      : {}),
  });
}

function transportMeaning(error: StsTransportError): BrokerError {
  const detail = error.message;
  switch (error.kind) {
    case 'timeout':
      return new BrokerError('sts.timeout', { detail, retryAfterSeconds: RETRY_AFTER_SECONDS });
    case 'unreachable':
      return new BrokerError('sts.unavailable', { detail, retryAfterSeconds: RETRY_AFTER_SECONDS });
    case 'unreadable':
      return new BrokerError('sts.bad_response', { detail });
  }
}

/** Refusals that share a code with others and differ only in AWS's words. */
function special({ code, message }: StsFault): Meaning | undefined {
  if (code === 'AccessDenied' && message.startsWith('MultiFactorAuthentication failed')) {
    return message.includes('invalid MFA one time pass code')
      ? { to: 'mfa.invalid' }
      : {
          to: 'sts.refused',
          hint: 'AWS could not check the MFA code. An administrator has to look at the device’s serial number.',
        };
  }
  // GetFederationToken and GetSessionToken need an IAM user's own key.
  if (code === 'AccessDenied' && message.includes('with session credentials'))
    return { to: 'broker.credentials' };
  if (code === 'ValidationError' && /exceeds the (?:MaxSessionDuration|1 hour session limit)/.test(message)) {
    return { to: 'duration', hint: 'AWS allows less time for this role than was asked for. Ask for less.' };
  }
  return undefined;
}

/** A refusal in STS's own form has a code; what has none came from something in between. */
function byStatus({ code, status }: StsFault): Meaning {
  if (status === 429) return { to: 'sts.throttled' };
  if (status !== undefined && status >= 500) return { to: 'sts.unavailable' };
  const isRefusal =
    status !== undefined && status >= 400 && code !== '' && code !== 'Unknown' && code !== 'NotFound';
  return { to: isRefusal ? 'sts.refused' : 'sts.bad_response' };
}

/** The codes whose messages name principals, roles and issuers, and never a token or a signature. */
const QUOTABLE = new Set([
  'AccessDenied',
  'ExpiredTokenException',
  'IDPCommunicationError',
  'IDPRejectedClaim',
  'InvalidIdentityToken',
  'InvalidParameterValue',
  'MalformedPolicyDocument',
  'PackedPolicyTooLarge',
  'RegionDisabledException',
  'Throttling',
  'ValidationError',
]);

function detailOf({ code, message, status }: StsFault, to: ErrorCode): string {
  const what = code === '' ? `status ${status ?? 'unknown'}` : code;
  if (to === 'sts.bad_response' || !QUOTABLE.has(code)) return what;
  const words = message
    .replace(/Value '.*?' at '/gs, "Value '…' at '")
    // Whatever an answer repeats that might be a token or a key.
    .replace(/[\w+/=-]{40,}/g, '…')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, 500)
    .trim();
  return words === '' ? what : `${what}: ${words}`;
}

/** The SDK's exceptions, read as what they are: anything, until looked at. */
function faultOf(error: unknown): StsFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const { Code: wireCode, $metadata: metadata, $response: response, $fault: side } = error as SdkError;
  const isProviderError = MEANINGS.get(error.name)?.to === 'broker.credentials';
  // Without a side the SDK failed to read the answer, whatever its status was.
  if (side === undefined && !isProviderError && (metadata?.httpStatusCode ?? 0) < 400) return undefined;
  const code =
    typeof wireCode === 'string' ? wireCode : side === undefined && !isProviderError ? '' : error.name;
  return {
    code: /^[\w.]{1,64}$/.test(code) ? code : '',
    message: error.message,
    status: metadata?.httpStatusCode,
    retryAfterSeconds: retryAfter(response?.headers?.['retry-after']),
  };
}

interface SdkError extends Error {
  readonly Code?: unknown;
  readonly $fault?: 'client' | 'server';
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined || !/^[0-9]{1,5}$/.test(header)) return undefined;
  return Math.min(Math.max(Number(header), 1), LONGEST_RETRY_AFTER_SECONDS);
}
