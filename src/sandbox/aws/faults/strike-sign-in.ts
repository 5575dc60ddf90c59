import type { Request, RequestHandler, Response } from 'express';
import { formOf, queryOf, readForm } from '../../pages.ts';
import { CallRecord, type Journal } from '../journal.ts';
import { accountOfAccessKeyId } from '../organization/identifiers.ts';
import { readAwsRequest } from '../wire/aws-request.ts';
import type { Faults, StruckCall } from './faults.ts';
import { playFault } from './play-fault.ts';

interface SignInFaults {
  readonly faults: Faults;
  readonly journal: Journal;
  readonly now: () => Date;
}

/** The console's federation endpoint belongs to no region. */
const REGION = 'us-east-1';

/** Faults of `/federation`, to be mounted before it: programs fetch their sign-in tokens there. */
export function strikeSignIn(aws: SignInFaults): RequestHandler {
  return (request, response, next) => {
    if (aws.faults.isEmpty) {
      next();
      return;
    }
    // What is read here is not read again, and found by the endpoint where it looks for it.
    readForm(request, response, (error: unknown) => {
      if (error !== undefined) next(error);
      else strike(aws, request, response).then((goesOn) => goesOn && next(), next);
    });
  };
}

async function strike(
  { faults, journal, now }: SignInFaults,
  request: Request,
  response: Response,
): Promise<boolean> {
  const call = signInCall(request);
  const fault = faults.take(() => call);
  if (fault === undefined) return true;
  const record = new CallRecord(journal, readAwsRequest(request, Buffer.alloc(0), now()));
  return playFault(fault, {
    faults,
    call,
    record,
    response,
    refuse: ({ status, message }) => response.status(status).type('text/plain').send(message),
  });
}

function signInCall(request: Request): StruckCall {
  const parameters = new URLSearchParams([...queryOf(request), ...formOf(request)]);
  const keyId = /"sessionId"\s*:\s*"([A-Z2-7]{20})"/.exec(parameters.get('Session') ?? '')?.[1];
  const accountId = keyId === undefined ? undefined : accountOfAccessKeyId(keyId);
  return {
    service: 'signin',
    action: parameters.get('Action') ?? '',
    region: REGION,
    accountIds: accountId === undefined ? [] : [accountId],
  };
}
