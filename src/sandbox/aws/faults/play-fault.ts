import type { ServerResponse } from 'node:http';
import { AwsError } from '../wire/aws-error.ts';
import type { CallRecord } from '../journal.ts';
import { faultError, ON_DEMAND } from './fault-errors.ts';
import type { FaultRule } from './fault-rule.ts';
import type { Faults, StruckCall } from './faults.ts';

/** What a reverse proxy may put in the place of an answer; it ends in the middle. */
const GARBAGE = '<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works!</h1><p cl';

interface Strike {
  readonly faults: Faults;
  readonly call: StruckCall;
  readonly record: CallRecord;
  readonly response: ServerResponse;
  /** Says an error in the words of the service. */
  readonly refuse: (error: AwsError) => void;
}

/** @returns whether the call is to be answered as usual now */
export async function playFault({ fault, delayMs }: FaultRule, strike: Strike): Promise<boolean> {
  const { faults, call, record, response } = strike;
  const isThere = delayMs === undefined || (await faults.hold(response, delayMs));
  if (!isThere) {
    response.destroy();
    return false;
  }
  if (fault === 'latency') return true;
  Object.assign(record, { service: call.service, action: call.action.slice(0, 128), region: call.region });
  if (fault === 'throttle' || fault === 'internal-error' || fault === 'unavailable') {
    strike.refuse(record.failed(faultError(call.service, fault)));
    return false;
  }
  record.failed(
    new AwsError('NoAnswer', `The sandbox played ${fault}.`, fault === 'garbage' ? 200 : 0, ON_DEMAND),
  );
  await playBrokenAnswer(fault, strike);
  return false;
}

async function playBrokenAnswer(
  fault: 'hang' | 'reset' | 'garbage' | 'region-down',
  { faults, response }: Strike,
): Promise<void> {
  switch (fault) {
    case 'hang':
      await faults.hold(response);
      response.destroy();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'region-down':
      response.socket?.destroy();
      return;
    case 'garbage':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(GARBAGE);
  }
}
