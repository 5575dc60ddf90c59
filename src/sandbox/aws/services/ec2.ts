import { AwsError } from '../wire/aws-error.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import type { CallRecord } from '../journal.ts';
import { type Parameters, readParameters, type ResultTree } from '../wire/query-protocol.ts';
import { type WireAnswer, xml, xmlTree } from '../wire/query-protocol.ts';
import { type Ec2Call, instanceIds } from './ec2-call.ts';
import { describeInstances } from './ec2-describe-instances.ts';
import type { Ec2Instances } from './ec2-instances.ts';
import { terminateInstances } from './ec2-terminate-instances.ts';
import { openCall, type ServiceCall } from './service-call.ts';

/** Enough of EC2 to see what a credential can do: look at instances, terminate one. */

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

const ACTIONS: ReadonlyMap<string, (call: Ec2Call) => ResultTree> = new Map([
  ['DescribeInstances', describeInstances],
  ['TerminateInstances', terminateInstances],
]);

export function createEc2(
  aws: AwsState,
  instances: Ec2Instances,
): (request: AwsRequest, record: CallRecord) => WireAnswer {
  return (request, record) => {
    record.service = 'ec2';
    try {
      const parameters = readParameters(request);
      record.action = (parameters.get('Action') ?? '').slice(0, 128);
      const call = { ...authenticated(aws, request, record), instances, parameters };
      record.note({ instanceIds: instanceIds(call) });
      const result = actionOf(parameters)(call);
      record.succeeded();
      const body = xmlTree({ requestId: request.id, ...result });
      return xml(200, `<${record.action}Response xmlns="${NAMESPACE}">${body}</${record.action}Response>`);
    } catch (error) {
      return ec2Error(request, record.failed(error));
    }
  };
}

function actionOf(parameters: Parameters): (call: Ec2Call) => ResultTree {
  const name = parameters.get('Action') ?? '';
  if (name === '') {
    throw new AwsError('MissingAction', 'The request must contain the parameter Action');
  }
  if ((parameters.get('Version') ?? '') === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter Version');
  }
  const action = ACTIONS.get(name);
  if (action !== undefined) return action;
  throw new AwsError('InvalidAction', `The action ${name.slice(0, 128)} is not valid for this web service.`);
}

/** EC2 has names of its own for what is wrong with credentials, and fewer than others. */
function authenticated(aws: AwsState, request: AwsRequest, record: CallRecord): ServiceCall {
  try {
    const call = openCall(aws, request, 'ec2', record);
    // A region that the account has not turned on does not know its credentials.
    if (!call.caller.account.disabledRegions.has(call.region)) return call;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === 'ExpiredToken') throw new AwsError('RequestExpired', 'Request has expired.', 400);
    if (error.code !== 'InvalidClientTokenId' && !isWrongSecret(error)) throw error;
  }
  throw new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
}

function isWrongSecret({ code, message }: AwsError): boolean {
  return code === 'SignatureDoesNotMatch' && message.startsWith('The request signature we calculated');
}

export function ec2Error(request: AwsRequest, error: AwsError): WireAnswer {
  const body = xmlTree({
    Errors: { Error: { Code: error.code, Message: error.message } },
    RequestID: request.id,
  });
  return xml(error.status, `<?xml version="1.0" encoding="UTF-8"?><Response>${body}</Response>`);
}
