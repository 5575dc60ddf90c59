import type { Request } from 'express';
import type { SandboxAws } from '../aws-server.ts';
import { CallRecord } from '../journal.ts';
import { readAwsRequest } from '../wire/aws-request.ts';

/** The sign-in service's own events in the journal, by the names under which CloudTrail has them. */
export function recordSignIn(
  aws: SandboxAws,
  request: Request,
  event: 'GetSigninToken' | 'ConsoleLogin',
): CallRecord {
  const record = new CallRecord(aws.journal, readAwsRequest(request, Buffer.alloc(0), aws.now()));
  record.service = 'signin';
  record.action = event;
  return record;
}
