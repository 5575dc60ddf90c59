import { AwsError } from '../wire/aws-error.ts';
import { authorize } from '../access/authorize.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import { type AwsCaller, authenticate } from '../access/caller.ts';
import { denialText } from '../access/denial-text.ts';
import { decodePairs } from '../wire/form-encoding.ts';
import type { RecordDecision } from '../explain/recorded-decision.ts';
import type { CallRecord } from '../journal.ts';
import { type Parameters, type ResultTree, type WireAnswer, xmlTree } from '../wire/query-protocol.ts';
import { callerKeys, type ConditionKeys, requestKeys } from '../access/request-context.ts';
import type { BucketData } from '../organization/world-data.ts';

/** Enough of S3 to see what a credential can do: list buckets, list a bucket, read an object. Path style only. */

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const EPOCH = new Date('2026-11-01T00:00:00Z');
const MAX_KEYS = 1000;

interface S3Call {
  readonly aws: AwsState;
  readonly request: AwsRequest;
  readonly query: Parameters;
  readonly caller: AwsCaller;
  readonly region: string;
  readonly bucketName: string;
  readonly key: string;
  readonly decided: RecordDecision;
}

export function createS3(aws: AwsState): (request: AwsRequest, record: CallRecord) => WireAnswer {
  return (request, record) => {
    record.service = 's3';
    try {
      const [bucketName = '', ...rest] = decodePath(request.path).split('/');
      const key = rest.join('/');
      const query: Parameters = new Map(decodePairs(request.query));
      const action = actionOf(request, query, bucketName, key);
      record.action = action.name;
      record.note({ bucket: bucketName, key });
      const { caller, region } = authenticated(request, aws);
      record.setCaller(caller, region);
      const answer = action.run({
        aws,
        request,
        query,
        caller,
        region,
        bucketName,
        key,
        decided: (decision) => record.decided(decision),
      });
      record.succeeded();
      return answer;
    } catch (error) {
      return s3Error(request, record.failed(error));
    }
  };
}

interface S3Action {
  readonly name: string;
  readonly run: (call: S3Call) => WireAnswer;
}

/** What a listing or a read may be asked with. Any other name means another operation, with a permission of its own. */
const READ_PARAMETERS = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'encoding-type',
  'fetch-owner',
  'x-id',
]);

function actionOf({ method }: AwsRequest, query: Parameters, bucketName: string, key: string): S3Action {
  const other = [...query.keys()].find((name) => !READ_PARAMETERS.has(name) && !name.startsWith('X-Amz-'));
  if (method !== 'GET' || other !== undefined) {
    throw new AwsError('MethodNotAllowed', 'The sandbox lists buckets and reads objects, and no more.', 405);
  }
  if (bucketName === '') return { name: 'ListBuckets', run: listBuckets };
  return key === '' ? { name: 'ListObjectsV2', run: listObjects } : { name: 'GetObject', run: getObject };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path.replace(/^\//, ''));
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** S3 has names of its own for what is wrong with credentials. */
function authenticated(request: AwsRequest, aws: AwsState): ReturnType<typeof authenticate> {
  try {
    return authenticate(request, 's3', aws);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    switch (error.code) {
      case 'InvalidClientTokenId':
        throw new AwsError(
          'InvalidAccessKeyId',
          'The AWS Access Key Id you provided does not exist in our records.',
          403,
        );
      case 'ExpiredToken':
        throw new AwsError('ExpiredToken', 'The provided token has expired.', 400);
      case 'MissingAuthenticationToken':
        throw new AwsError('AccessDenied', 'Access Denied', 403);
      default:
        throw error;
    }
  }
}

export function s3Error(request: AwsRequest, error: AwsError): WireAnswer {
  const body = xmlTree({
    Code: error.code,
    Message: error.message,
    Resource: request.path.slice(0, 1024),
    RequestId: request.id,
    HostId: request.id,
  });
  return xmlAnswer(error.status, `<Error>${body}</Error>`);
}

function listBuckets(call: S3Call): WireAnswer {
  const { account } = call.caller;
  requireAllowed(call, { action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*', owner: account.id });
  return result('ListAllMyBucketsResult', {
    Owner: { ID: account.id, DisplayName: account.name },
    Buckets: {
      Bucket: account.buckets.map(({ name, region }) => ({
        Name: name,
        CreationDate: EPOCH,
        BucketRegion: region,
      })),
    },
  });
}

function listObjects(call: S3Call): WireAnswer {
  const prefix = call.query.get('prefix') ?? '';
  const delimiter = call.query.get('delimiter') ?? '';
  const asked: ConditionKeys = new Map([['s3:prefix', [prefix]]]);
  if (delimiter !== '') asked.set('s3:delimiter', [delimiter]);
  const bucket = allowedBucket(call, 's3:ListBucket', '', asked);
  const entries = new Set(
    Object.keys(bucket.objects)
      .filter((key) => key.startsWith(prefix))
      .map((key) => {
        const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
        return end < 0 ? key : key.slice(0, end + delimiter.length);
      }),
  );
  const limit = Math.min(
    MAX_KEYS,
    Number(/^\d{1,4}$/.exec(call.query.get('max-keys') ?? '')?.[0] ?? MAX_KEYS),
  );
  const shown = [...entries].sort().slice(0, limit);
  const isFolder = (entry: string) => delimiter !== '' && entry.endsWith(delimiter);
  return result('ListBucketResult', {
    Name: bucket.name,
    Prefix: prefix,
    Delimiter: delimiter === '' ? undefined : delimiter,
    MaxKeys: limit,
    KeyCount: shown.length,
    IsTruncated: entries.size > shown.length,
    Contents: shown.filter((entry) => !isFolder(entry)).map((key) => describeObject(bucket, key)),
    CommonPrefixes: shown.filter(isFolder).map((folder) => ({ Prefix: folder })),
  });
}

function describeObject(bucket: BucketData, key: string): ResultTree {
  const size = Buffer.byteLength(bucket.objects[key] ?? '');
  return { Key: key, LastModified: EPOCH, Size: size, StorageClass: 'STANDARD' };
}

function getObject(call: S3Call): WireAnswer {
  const bucket = allowedBucket(call, 's3:GetObject', `/${call.key}`, new Map());
  const content = Object.hasOwn(bucket.objects, call.key) ? bucket.objects[call.key] : undefined;
  if (content === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  return { status: 200, contentType: 'application/octet-stream', body: content };
}

/** Who may not, does not learn whether the bucket is there. */
function allowedBucket(call: S3Call, action: string, keyPart: string, extra: ConditionKeys): BucketData {
  const found = call.aws.world.findBucket(call.bucketName);
  const owner = found?.account.id ?? call.caller.account.id;
  requireAllowed(call, { action, resource: `arn:aws:s3:::${call.bucketName}${keyPart}`, owner, extra });
  if (found === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  return found.bucket;
}

interface S3Need {
  readonly action: string;
  readonly resource: string;
  /** Account of the bucket. */
  readonly owner: string;
  readonly extra?: ConditionKeys;
}

function requireAllowed(call: S3Call, { action, resource, owner, extra }: S3Need): void {
  const { caller, request, region } = call;
  const keys = new Map([
    ...requestKeys(request, region),
    ...callerKeys(caller, request.receivedAt),
    ...(extra ?? []),
  ]);
  const decision = authorize(call.aws.world, {
    caller,
    action,
    resource,
    resourceAccount: owner,
    keys,
    decided: call.decided,
  });
  if (decision.allowed) return;
  throw new AwsError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: "${resource}" ${denialText(action, decision.reason)}`,
    403,
  );
}

function result(name: string, tree: ResultTree): WireAnswer {
  return xmlAnswer(200, `<${name} xmlns="${NAMESPACE}">${xmlTree(tree)}</${name}>`);
}

function xmlAnswer(status: number, body: string): WireAnswer {
  return { status, contentType: 'application/xml', body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}
