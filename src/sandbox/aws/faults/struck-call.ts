import { unsignedRegion } from '../access/region.ts';
import { type AwsRequest, headerOf } from '../wire/aws-request.ts';
import { claimedCredential } from '../wire/signed-request.ts';
import { accountOfAccessKeyId } from '../organization/identifiers.ts';
import type { World } from '../organization/world.ts';
import { readS3Request } from '../services/s3-request.ts';
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
  if (service === 's3') return s3Action(request, parameters);
  // The JSON protocol names it in a header: `AWSOrganizationsV20161128.ListAccounts`.
  const target = /\.([A-Za-z0-9]+)$/.exec(headerOf(request, 'x-amz-target') ?? '')?.[1];
  return target ?? parameters.get('Action') ?? '';
}

/** S3 has no name for its actions on the wire: method, address and query say it. */
function s3Action(request: AwsRequest, parameters: URLSearchParams): string {
  const { bucketName, key } = addressed(request);
  if (bucketName === '') return 'ListBuckets';
  const isHead = request.method === 'HEAD';
  if (key !== '') return isHead ? 'HeadObject' : 'GetObject';
  if (isHead) return 'HeadBucket';
  if (parameters.has('location')) return 'GetBucketLocation';
  return parameters.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
}

function addressed(request: AwsRequest): { readonly bucketName: string; readonly key: string } {
  try {
    return readS3Request(request);
  } catch {
    // S3 itself refuses it, in its own words.
    return { bucketName: '', key: '' };
  }
}
