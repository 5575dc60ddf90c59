import { AwsError, invalidClientToken } from '../wire/aws-error.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import type { AwsCaller } from '../access/caller.ts';
import type { CallRecord } from '../journal.ts';
import type { Organization } from '../organization/organization.ts';
import { ParameterReader } from '../sts/parameter-reader.ts';
import {
  type Parameters,
  readOperation,
  readParameters,
  type ResultTree,
  unknownOperation,
  type WireAnswer,
  xml,
  xmlTree,
} from '../wire/query-protocol.ts';
import type { IamChange } from './iam-change.ts';
import { IAM_ACTIONS } from './iam-actions.ts';
import { IAM_PROVIDER_CHANGES } from './iam-provider-changes.ts';
import { IAM_ROLE_CHANGES } from './iam-role-changes.ts';
import { openCall } from './service-call.ts';

/*
 * What of IAM tools need: reading roles, users and the account's alias, and setting roles and providers up.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html
 */

const VERSION = '2010-05-08';
const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';
/** IAM has one endpoint for all regions of a partition, and it is signed for this one. */
const REGION = 'us-east-1';

const ACTIONS: ReadonlyMap<string, (call: IamChange) => ResultTree> = new Map([
  ...IAM_ACTIONS,
  ...IAM_ROLE_CHANGES,
  ...IAM_PROVIDER_CHANGES,
]);

export type IamState = AwsState & { readonly organization: Organization };

export function createIam(aws: IamState): (request: AwsRequest, record: CallRecord) => WireAnswer {
  return (request, record) => {
    record.service = 'iam';
    try {
      const parameters = readParameters(request);
      record.action = (parameters.get('Action') ?? '').slice(0, 128);
      const result = run(aws, request, parameters, record);
      record.succeeded();
      return iamResult(request, record.action, result);
    } catch (error) {
      return iamError(request, record.failed(error));
    }
  };
}

function run(aws: IamState, request: AwsRequest, parameters: Parameters, record: CallRecord): ResultTree {
  if (request.path !== '/') throw new AwsError('NotFound', 'IAM has no such path.', 404);
  const operation = readOperation(parameters);
  const action = operation.version === VERSION ? ACTIONS.get(operation.action) : undefined;
  if (action === undefined) throw unknownOperation(operation);
  const call = openCall(aws, request, 'iam', record);
  checkRegion(call.region);
  checkCaller(call.caller);
  return action({
    ...call,
    organization: aws.organization,
    read: new ParameterReader(parameters),
    note: (facts) => record.note(facts),
  });
}

function checkRegion(region: string): void {
  if (region === REGION) return;
  throw new AwsError(
    'SignatureDoesNotMatch',
    `Credential should be scoped to a valid region, not '${region}'. `,
    403,
  );
}

/** IAM does not know the credentials of GetFederationToken, nor those of GetSessionToken without MFA. */
function checkCaller({ kind, session }: AwsCaller): void {
  const isPlainSession = session?.kind === 'user-session' && session.mfaAt === undefined;
  if (kind === 'federated-user' || isPlainSession) throw invalidClientToken();
}

function iamResult(request: AwsRequest, action: string, result: ResultTree): WireAnswer {
  const body = xmlTree({ [`${action}Result`]: result, ResponseMetadata: { RequestId: request.id } });
  return xml(200, `<${action}Response xmlns="${NAMESPACE}">${body}</${action}Response>`);
}

export function iamError(request: AwsRequest, { status, code, message }: AwsError): WireAnswer {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const body = xmlTree({ Error: { Type: type, Code: code, Message: message }, RequestId: request.id });
  return xml(status, `<ErrorResponse xmlns="${NAMESPACE}">${body}</ErrorResponse>`);
}
