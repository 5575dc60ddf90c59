import { AwsError } from '../wire/aws-error.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import type { CallRecord } from '../journal.ts';
import type { WireAnswer } from '../wire/query-protocol.ts';
import { getBucketLocation, getObject, headBucket, listBuckets } from './s3-actions.ts';
import { s3Error, S3Error } from './s3-answer.ts';
import { authenticated, type S3Call } from './s3-call.ts';
import { listObjects, listObjectsV2 } from './s3-list-objects.ts';
import { readS3Request, type S3Request } from './s3-request.ts';

/** Enough of S3 to see what a credential can do: list buckets, look into one, read an object. */

interface S3Action {
  readonly name: string;
  readonly run: (call: S3Call) => WireAnswer;
  /** Any other name means another operation, with a permission of its own. */
  readonly parameters: readonly string[];
}

const LISTING = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];

const LIST_BUCKETS: S3Action = {
  name: 'ListBuckets',
  run: listBuckets,
  parameters: ['prefix', 'max-buckets', 'continuation-token', 'bucket-region'],
};
const LIST_OBJECTS: S3Action = {
  name: 'ListObjects',
  run: listObjects,
  parameters: [...LISTING, 'marker'],
};
const LIST_OBJECTS_V2: S3Action = {
  name: 'ListObjectsV2',
  run: listObjectsV2,
  parameters: [...LISTING, 'list-type', 'continuation-token', 'start-after', 'fetch-owner'],
};
const LOCATION: S3Action = { name: 'GetBucketLocation', run: getBucketLocation, parameters: ['location'] };
const GET_OBJECT: S3Action = { name: 'GetObject', run: getObject, parameters: [] };
const HEAD_OBJECT: S3Action = { name: 'HeadObject', run: getObject, parameters: [] };
const HEAD_BUCKET: S3Action = { name: 'HeadBucket', run: headBucket, parameters: [] };

export function createS3(aws: AwsState): (request: AwsRequest, record: CallRecord) => WireAnswer {
  return (request, record) => {
    record.service = 's3';
    try {
      const asked = readS3Request(request);
      record.note({ bucket: asked.bucketName, key: asked.key });
      const action = actionOf(request, asked);
      record.action = action.name;
      const answer = action.run({ ...authenticated(aws, request, record), ...asked });
      record.succeeded();
      return answer;
    } catch (error) {
      if (error instanceof S3Error) return s3Error(request, record.failed(error.error), error.members);
      return s3Error(request, record.failed(error));
    }
  };
}

function actionOf(request: AwsRequest, asked: S3Request): S3Action {
  const action = candidate(request.method, asked);
  const isKnown = (name: string) =>
    action?.parameters.includes(name) === true || name === 'x-id' || name.startsWith('X-Amz-');
  if (action === undefined || ![...asked.query.keys()].every(isKnown)) {
    throw new AwsError(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      405,
      'the sandbox lists buckets and reads objects, and no more',
    );
  }
  return action;
}

function candidate(method: string, { bucketName, key, query }: S3Request): S3Action | undefined {
  if (method === 'HEAD' && bucketName !== '') return key === '' ? HEAD_BUCKET : HEAD_OBJECT;
  if (method !== 'GET') return undefined;
  if (bucketName === '') return LIST_BUCKETS;
  if (key !== '') return GET_OBJECT;
  if (query.has('location')) return LOCATION;
  return query.get('list-type') === '2' ? LIST_OBJECTS_V2 : LIST_OBJECTS;
}
