import { AwsError } from '../wire/aws-error.ts';
import type { WireAnswer } from '../wire/query-protocol.ts';
import { s3Result, s3Time, S3Error } from './s3-answer.ts';
import { bucketArn, etagOf, findBucket, MADE_AT, requireS3, type S3Call } from './s3-call.ts';
import { byBytes, pageOf, pageToken, readPageToken } from './service-call.ts';

const MAX_BUCKETS = 10_000;

/**
 * Needs s3:ListAllMyBuckets, not s3:ListBucket: that one lists a bucket's objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
 */
export function listBuckets(call: S3Call): WireAnswer {
  const { query, caller } = call;
  const { account } = caller;
  const token = query.get('continuation-token');
  const after = token === undefined ? undefined : readPageToken(token);
  if (token !== undefined && after === undefined) {
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', 400);
  }
  const size = readMaxBuckets(query.get('max-buckets'));
  requireS3(call, { action: 's3:ListAllMyBuckets', resource: bucketArn('*') });
  const prefix = query.get('prefix');
  const region = query.get('bucket-region');
  const found = account.buckets
    .filter((bucket) => bucket.name.startsWith(prefix ?? ''))
    .filter((bucket) => region === undefined || bucket.region === region)
    .sort((a, b) => byBytes(a.name, b.name));
  const page = pageOf(found, ({ name }) => name, { after, size });
  return s3Result('ListAllMyBucketsResult', {
    Owner: { ID: account.id },
    Buckets: {
      Bucket: page.items.map((bucket) => ({
        Name: bucket.name,
        CreationDate: s3Time(MADE_AT),
        BucketRegion: bucket.region,
        BucketArn: bucketArn(bucket.name),
      })),
    },
    Prefix: prefix,
    ContinuationToken: page.next === undefined ? undefined : pageToken(page.next),
  });
}

function readMaxBuckets(text: string | undefined): number {
  if (text === undefined) return MAX_BUCKETS;
  const size = Number(text);
  if (!/^\d{1,5}$/.test(text) || size < 1 || size > MAX_BUCKETS) {
    throw new AwsError('InvalidArgument', 'Argument max-buckets must be an integer between 1 and 10000', 400);
  }
  return size;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export function headBucket(call: S3Call): WireAnswer {
  const found = findBucket(call);
  requireS3(call, { action: 's3:ListBucket', resource: bucketArn(call.bucketName), of: found });
  return {
    status: 200,
    contentType: 'application/xml',
    body: '',
    headers: { 'x-amz-bucket-region': found.bucket.region },
  };
}

/** Of us-east-1 it says nothing, for reasons older than regions. */
export function getBucketLocation(call: S3Call): WireAnswer {
  const found = findBucket(call);
  requireS3(call, { action: 's3:GetBucketLocation', resource: bucketArn(call.bucketName), of: found });
  const { region } = found.bucket;
  const { body, ...rest } = s3Result('LocationConstraint', {});
  const text = region === 'us-east-1' ? '' : region;
  return { ...rest, body: body.replace('></LocationConstraint>', `>${text}</LocationConstraint>`) };
}

/**
 * GET and HEAD of an object need the same. That there is no such object learns only who may list the bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function getObject(call: S3Call): WireAnswer {
  const found = findBucket(call);
  const { bucket } = found;
  const arn = bucketArn(call.bucketName);
  requireS3(call, { action: 's3:GetObject', resource: `${arn}/${call.key}`, of: found });
  const content = Object.hasOwn(bucket.objects, call.key) ? bucket.objects[call.key] : undefined;
  if (content === undefined) {
    requireS3(call, { action: 's3:ListBucket', resource: arn, of: found });
    const missing = new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    throw new S3Error(missing, { Key: call.key.slice(0, 1024) });
  }
  return {
    status: 200,
    contentType: 'binary/octet-stream',
    body: content,
    headers: {
      ETag: etagOf(content),
      'Last-Modified': MADE_AT.toUTCString(),
      'Content-Length': String(Buffer.byteLength(content)),
    },
  };
}
