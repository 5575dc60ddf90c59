import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { type AwsService, createAwsServices } from './aws-services.ts';
import type { Faults } from './faults/faults.ts';
import { playFault } from './faults/play-fault.ts';
import { struckCall } from './faults/struck-call.ts';
import { CallRecord, type Journal } from './journal.ts';
import type { Ec2Instances } from './services/ec2-instances.ts';
import type { IamState } from './services/iam.ts';
import { AwsError, internalFailure } from './wire/aws-error.ts';
import { type AwsRequest, readAwsRequest } from './wire/aws-request.ts';
import type { WireAnswer } from './wire/query-protocol.ts';
import { claimedCredential, claimsSignature } from './wire/signed-request.ts';

/*
 * Where programs come in: every service on one port, told apart by what the signature is for. Whatever is no
 * call to a service goes on to the pages.
 */

interface ServiceDoor extends IamState {
  readonly journal: Journal;
  readonly instances: Ec2Instances;
  readonly faults: Faults;
  readonly now: () => Date;
}

const MAX_BODY = '512kb';

export function answerServices(aws: ServiceDoor): RequestHandler {
  const serviceFor = createAwsServices(aws);
  // A signature covers the bytes: nothing may parse the body before it is checked.
  const readBody: RequestHandler = express.raw({ type: () => true, limit: MAX_BODY, inflate: false });
  return (request: Request, response: Response, next: NextFunction) => {
    const head = readAwsRequest(request, Buffer.alloc(0), aws.now());
    if (!isServiceCall(head)) {
      next();
      return;
    }
    const service = serviceFor(claimedCredential(head).service);
    readBody(request, response, (error: unknown) => {
      if (error !== undefined) {
        send(response, head, service.refuse(head, transportError(error)));
        return;
      }
      const body: unknown = request.body;
      const call = { ...head, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) };
      serve(aws, service, call, response).catch(next);
    });
  };
}

async function serve(
  aws: ServiceDoor,
  service: AwsService,
  call: AwsRequest,
  response: Response,
): Promise<void> {
  const record = new CallRecord(aws.journal, call);
  const known = () => struckCall(aws.world, service.name, call);
  const fault = aws.faults.take(known);
  if (fault !== undefined) {
    const refuse = (error: AwsError) => send(response, call, service.refuse(call, error));
    const strike = { faults: aws.faults, call: known(), record, response, refuse };
    if (!(await playFault(fault, strike))) return;
  }
  send(response, call, await service.answer(call, record));
}

function isServiceCall(request: AwsRequest): boolean {
  if (claimsSignature(request)) return true;
  return request.path === '/' && (request.method === 'POST' || /(^|&)Action=/.test(request.query));
}

export function send(
  response: Response,
  request: AwsRequest,
  { status, contentType, body, headers = {} }: WireAnswer,
): void {
  // Not by the framework, which adds a character set to types that AWS sends without.
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    // The time of the sandbox, by which clients correct a clock of theirs that is wrong.
    Date: request.receivedAt.toUTCString(),
    'x-amzn-RequestId': request.id,
    'x-amz-request-id': request.id,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

/** The body was too large, compressed, cut off. What the framework says of it is a 4xx, or it is our fault. */
export function transportError(error: unknown): AwsError {
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  if (status === 413) {
    return new AwsError('RequestEntityTooLarge', `The request is larger than ${MAX_BODY}.`, 413);
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AwsError('MalformedInput', 'The request body cannot be read.', status);
  }
  return internalFailure();
}
