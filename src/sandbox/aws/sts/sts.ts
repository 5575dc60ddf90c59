import { STS_ACTIONS } from './actions/sts-actions.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import { authenticate } from '../access/caller.ts';
import { unsignedRegion } from '../access/region.ts';
import type { CallRecord } from '../journal.ts';
import {
  readOperation,
  readParameters,
  type ResultTree,
  stsError,
  stsResult,
  unknownOperation,
  type WireAnswer,
} from '../wire/query-protocol.ts';
import type { StsCall } from './sts-call.ts';

/*
 * The Security Token Service. Checks come in one order for every action: transport and action, who
 * signed, parameters, and then what the action itself wants to know. What AWS does not document about
 * its own order is chosen so that who is not allowed learns nothing else.
 */

const VERSION = '2011-06-15';

export async function answerSts(aws: AwsState, request: AwsRequest, record: CallRecord): Promise<WireAnswer> {
  try {
    const parameters = readParameters(request);
    record.action = (parameters.get('Action') ?? '').slice(0, 128);
    checkTransport(request);
    const result = await run(
      {
        aws,
        request,
        parameters,
        region: unsignedRegion(request),
        note: (facts) => record.note(facts),
        decided: (decision) => record.decided(decision),
      },
      record,
    );
    record.succeeded();
    return stsResult(request, record.action, result);
  } catch (error) {
    return stsError(request, record.failed(error));
  }
}

function checkTransport(request: AwsRequest): void {
  if (request.path !== '/') throw new AwsError('NotFound', 'STS has no such path.', 404);
  if (request.method !== 'GET' && request.method !== 'POST') {
    throw new AwsError('MethodNotAllowed', 'STS takes GET and POST.', 405);
  }
}

async function run(call: StsCall, record: CallRecord): Promise<ResultTree> {
  const operation = readOperation(call.parameters);
  const action = operation.version === VERSION ? STS_ACTIONS.get(operation.action) : undefined;
  if (action === undefined) throw unknownOperation(operation);
  if (!action.signed) return action.run(call);
  const { caller, region } = authenticate(call.request, 'sts', call.aws);
  record.setCaller(caller, region);
  return action.run({ ...call, caller, region });
}
