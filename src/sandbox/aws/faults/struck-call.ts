import { unsignedRegion } from '../access/region.ts';
import { type AwsRequest, headerOf } from '../wire/aws-request.ts';
import { claimedCredential } from '../wire/signed-request.ts';
import { accountOfAccessKeyId } from '../organization/identifiers.ts';
import type { World } from '../organization/world.ts';
import type { StruckCall } from './faults.ts';

/** Reads what a call claims to be. Nothing is verified here, and nothing is refused. */
export function struckCall(world: World, service: string, request: AwsRequest): StruckCall {
  const { accessKeyId, region } = claimedCredential(request);
  const form = request.method === 'POST' ? request.body.toString('latin1') : '';
  const parameters = new URLSearchParams(`${request.query}&${form}`);
  const roleAccount = /^arn:[^:]*:iam::(\d{12}):role\//.exec(parameters.get('RoleArn') ?? '')?.[1];
  const callerAccount =
    accessKeyId === undefined
      ? undefined
      : (world.findKey(accessKeyId)?.accountId ?? accountOfAccessKeyId(accessKeyId));
  return {
    service,
    action: actionOf(service, request, parameters),
    region: region ?? unsignedRegion(request),
    accountIds: [callerAccount, roleAccount].filter((id) => id !== undefined),
  };
}

function actionOf(service: string, request: AwsRequest, parameters: URLSearchParams): string {
  if (service === 's3') return s3Action(request.path);
  // The JSON protocol names it in a header: `AWSOrganizationsV20161128.ListAccounts`.
  const target = /\.([A-Za-z0-9]+)$/.exec(headerOf(request, 'x-amz-target') ?? '')?.[1];
  return target ?? parameters.get('Action') ?? '';
}

function s3Action(path: string): string {
  const [bucket = '', ...key] = path.replace(/^\//, '').split('/');
  if (bucket === '') return 'ListBuckets';
  return key.join('/') === '' ? 'ListObjectsV2' : 'GetObject';
}
