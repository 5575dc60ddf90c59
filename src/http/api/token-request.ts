/** What is asked of the token endpoint: client credentials (RFC 6749), JWT bearer (RFC 7523), token exchange (RFC 8693). */
import type { Request } from 'express';
import type { TokenRequest } from '../../broker/applications/issue-access-token.ts';
import { BrokerError } from '../../core/errors.ts';
import { readField, readFields } from '../middleware/bodies.ts';
import { readShownProof } from './shown-proof.ts';

export const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
export const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';

export function readTokenRequest(request: Request): TokenRequest {
  const wanted = {
    scope: readField(request, 'scope'),
    targets: [...readFields(request, 'resource'), ...readFields(request, 'audience')],
  };
  switch (required(request, 'grant_type')) {
    case 'client_credentials':
      return { ...wanted, shown: readShownProof(request) };
    case JWT_BEARER_GRANT:
      return { ...wanted, shown: readWorkload(request) };
    case TOKEN_EXCHANGE_GRANT:
      return { ...wanted, subjectToken: readSubjectToken(request), shown: readShownProof(request) };
    default:
      throw new BrokerError('grant.unsupported');
  }
}

/** @throws BrokerError `request.malformed` */
export function required(request: Request, name: string): string {
  const value = readField(request, name);
  if (value === undefined) throw new BrokerError('request.malformed', { hint: `Send ${name}.` });
  return value;
}

/** The workload's token is both who calls and why it is given something. */
function readWorkload(request: Request): TokenRequest['shown'] {
  const others = ['client_secret', 'client_assertion'].filter(
    (name) => readField(request, name) !== undefined,
  );
  if (request.headers.authorization !== undefined || others.length > 0) {
    throw new BrokerError('request.malformed', { hint: 'Send the assertion alone; it says who calls.' });
  }
  const assertion = required(request, 'assertion');
  return { kind: 'workload', clientId: readField(request, 'client_id'), assertion };
}

/** RFC 8693 section 2.1. Who acts is the application that calls: no further token says so. */
function readSubjectToken(request: Request): string {
  expectOnly(request, 'subject_token_type', ID_TOKEN_TYPE);
  expectOnly(
    request,
    'requested_token_type',
    readField(request, 'requested_token_type') && ACCESS_TOKEN_TYPE,
  );
  expectOnly(request, 'actor_token', undefined);
  return required(request, 'subject_token');
}

function expectOnly(request: Request, name: string, value: string | undefined): void {
  if (readField(request, name) === value) return;
  throw new BrokerError('request.malformed', {
    hint: value === undefined ? `Send no ${name}.` : `Send ${name}=${value}.`,
  });
}
