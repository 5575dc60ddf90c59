import { AwsError } from '../wire/aws-error.ts';
import { type AwsRequest, headerOf } from '../wire/aws-request.ts';
import { decodePairs } from '../wire/form-encoding.ts';
import type { Parameters } from '../wire/query-protocol.ts';

/** What a request to S3 is about. The bucket stands in the path or before the host's name. */
export interface S3Request {
  readonly bucketName: string;
  readonly key: string;
  readonly query: Parameters;
}

/**
 * `bucket.s3.us-east-1.amazonaws.com`, `bucket.s3.localhost`, `bucket.localhost`: what clients make of an
 * endpoint that has a name. An endpoint that is a number has the bucket in its path.
 */
const VIRTUAL_HOST = /^(.+?)\.(?:s3[.-][a-z0-9.-]+|localhost)$/;

export function readS3Request(request: AwsRequest): S3Request {
  const path = decodePath(request.path.replace(/^\//, ''));
  const query: Parameters = new Map(decodePairs(request.query));
  const host = (headerOf(request, 'host') ?? '').replace(/:\d+$/, '').toLowerCase();
  const bucket = /^s3[.-]/.test(host) ? undefined : VIRTUAL_HOST.exec(host)?.[1];
  if (bucket !== undefined && bucket !== 's3') return { bucketName: bucket, key: path, query };
  const [bucketName = '', ...rest] = path.split('/');
  return { bucketName, key: rest.join('/'), query };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}
