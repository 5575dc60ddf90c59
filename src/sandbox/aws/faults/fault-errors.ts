import { AwsError } from '../wire/aws-error.ts';
import type { FaultRule } from './fault-rule.ts';

/*
 * What services say when they cannot: each has codes of its own, and clients decide by them whether to try again.
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */

type ErrorFault = Extract<FaultRule['fault'], 'throttle' | 'internal-error' | 'unavailable'>;

type Words = Readonly<Record<ErrorFault, readonly [code: string, message: string, status: number]>>;

const QUERY_WORDS: Words = {
  throttle: ['Throttling', 'Rate exceeded', 400],
  'internal-error': [
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
    500,
  ],
  unavailable: [
    'ServiceUnavailable',
    'The request has failed due to a temporary failure of the server.',
    503,
  ],
};

const WORDS: Readonly<Record<string, Words>> = {
  ec2: {
    throttle: ['RequestLimitExceeded', 'Request limit exceeded.', 503],
    'internal-error': ['InternalError', 'An internal error has occurred', 500],
    unavailable: ['Unavailable', "The server is overloaded and can't handle the request.", 503],
  },
  s3: {
    throttle: ['SlowDown', 'Please reduce your request rate.', 503],
    'internal-error': ['InternalError', 'We encountered an internal error. Please try again.', 500],
    unavailable: ['ServiceUnavailable', 'Service is unable to handle request.', 503],
  },
  organizations: {
    throttle: [
      'TooManyRequestsException',
      "You've sent too many requests in too short a period of time.",
      400,
    ],
    'internal-error': [
      'ServiceException',
      "Organizations can't complete your request because of an internal service error.",
      500,
    ],
    unavailable: [
      'ServiceUnavailableException',
      'The request has failed due to a temporary failure of the server.',
      503,
    ],
  },
};

export const ON_DEMAND = 'a fault that was asked for at /_sandbox/faults';

export function faultError(service: string, fault: ErrorFault): AwsError {
  const [code, message, status] = (WORDS[service] ?? QUERY_WORDS)[fault];
  return new AwsError(code, message, status, ON_DEMAND);
}
