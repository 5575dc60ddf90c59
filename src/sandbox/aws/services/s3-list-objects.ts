import { AwsError } from '../wire/aws-error.ts';
import type { ConditionKeys } from '../access/request-context.ts';
import type { Bucket } from '../organization/account.ts';
import { encodeRfc3986 } from '../wire/form-encoding.ts';
import type { Parameters, ResultTree, WireAnswer } from '../wire/query-protocol.ts';
import { s3Result, s3Time } from './s3-answer.ts';
import { bucketArn, etagOf, findBucket, MADE_AT, requireS3, type S3Call } from './s3-call.ts';
import { byBytes, pageOf, pageToken, readPageToken } from './service-call.ts';

/*
 * Both forms of listing a bucket, which are one permission: s3:ListBucket, on the bucket and not on its objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
 */

const MAX_KEYS = 1000;
const MAX_INTEGER = 2_147_483_647;

interface Listing {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly urlEncoded: boolean;
  /** Where the last page ended, or where the client wants to start. */
  readonly after: string | undefined;
}

export function listObjectsV2(call: S3Call): WireAnswer {
  const { query } = call;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const resumed = token === undefined ? undefined : readPageToken(token);
  if (token !== undefined && resumed === undefined) {
    throw invalidArgument('The continuation token provided is incorrect');
  }
  const listing = readListing(query, resumed ?? startAfter);
  const bucket = allowedBucket(call, listing);
  const { keys, folders, next } = list(bucket, listing);
  const shown = (text: string) => (listing.urlEncoded ? encodeKey(text) : text);
  const owner = query.get('fetch-owner') === 'true' ? ownerOf(call) : undefined;
  return s3Result('ListBucketResult', {
    ...heading(bucket, listing, shown),
    ContinuationToken: token,
    NextContinuationToken: next === undefined ? undefined : pageToken(next),
    StartAfter: startAfter === undefined ? undefined : shown(startAfter),
    KeyCount: keys.length + folders.length,
    IsTruncated: next !== undefined,
    Contents: keys.map((key) => describeObject(bucket, key, { shown, owner })),
    CommonPrefixes: folders.map((folder) => ({ Prefix: shown(folder) })),
  });
}

/** The first form; it names keys where the second has tokens. */
export function listObjects(call: S3Call): WireAnswer {
  const marker = call.query.get('marker') ?? '';
  const listing = readListing(call.query, marker === '' ? undefined : marker);
  const bucket = allowedBucket(call, listing);
  const { keys, folders, next } = list(bucket, listing);
  const shown = (text: string) => (listing.urlEncoded ? encodeKey(text) : text);
  // Without a delimiter the client is to take the last key itself.
  const nextMarker = next === undefined || listing.delimiter === '' ? undefined : shown(next);
  return s3Result('ListBucketResult', {
    ...heading(bucket, listing, shown),
    Marker: shown(marker),
    NextMarker: nextMarker,
    IsTruncated: next !== undefined,
    Contents: keys.map((key) => describeObject(bucket, key, { shown, owner: ownerOf(call) })),
    CommonPrefixes: folders.map((folder) => ({ Prefix: shown(folder) })),
  });
}

function readListing(query: Parameters, after: string | undefined): Listing {
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request');
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: readMaxKeys(query.get('max-keys')),
    urlEncoded: encoding === 'url',
    after,
  };
}

function readMaxKeys(text: string | undefined): number {
  if (text === undefined) return MAX_KEYS;
  if (!/^-?\d{1,19}$/.test(text) || Number(text) > MAX_INTEGER) {
    throw invalidArgument('Provided max-keys not an integer or within integer range');
  }
  if (Number(text) < 0) {
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647');
  }
  return Math.min(MAX_KEYS, Number(text));
}

/** The keys say what was asked for, and nothing of what was not. */
function allowedBucket(call: S3Call, listing: Listing): Bucket {
  const found = findBucket(call);
  const keys: ConditionKeys = new Map();
  if (call.query.has('prefix')) keys.set('s3:prefix', [listing.prefix]);
  if (call.query.has('delimiter')) keys.set('s3:delimiter', [listing.delimiter]);
  const maxKeys = call.query.get('max-keys');
  if (maxKeys !== undefined) keys.set('s3:max-keys', [maxKeys]);
  requireS3(call, { action: 's3:ListBucket', resource: bucketArn(call.bucketName), of: found, keys });
  return found.bucket;
}

interface Listed {
  readonly keys: readonly string[];
  readonly folders: readonly string[];
  readonly next: string | undefined;
}

function list(bucket: Bucket, { prefix, delimiter, maxKeys, after }: Listing): Listed {
  const folders = new Set<string>();
  const entries = new Set<string>();
  for (const key of Object.keys(bucket.objects)) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = end < 0 ? key : key.slice(0, end + delimiter.length);
    if (end >= 0) folders.add(entry);
    // A folder that starts before the place and reaches beyond it is listed by its keys, as in S3.
    if (after === undefined || byBytes(key, after) > 0) entries.add(entry);
  }
  // None asked for is none left out.
  if (maxKeys === 0) return { keys: [], folders: [], next: undefined };
  const sorted = [...entries].sort(byBytes);
  const page = pageOf(sorted, (entry) => entry, {
    after: after !== undefined && folders.has(after) ? after : undefined,
    size: maxKeys,
  });
  const isFolder = (entry: string) => folders.has(entry);
  return {
    keys: page.items.filter((entry) => !isFolder(entry)),
    folders: page.items.filter(isFolder),
    next: page.next,
  };
}

function heading(bucket: Bucket, listing: Listing, shown: (text: string) => string): ResultTree {
  return {
    Name: bucket.name,
    Prefix: shown(listing.prefix),
    Delimiter: listing.delimiter === '' ? undefined : shown(listing.delimiter),
    MaxKeys: listing.maxKeys,
    EncodingType: listing.urlEncoded ? 'url' : undefined,
  };
}

interface Shown {
  readonly shown: (text: string) => string;
  readonly owner: ResultTree | undefined;
}

function describeObject(bucket: Bucket, key: string, { shown, owner }: Shown): ResultTree {
  const content = bucket.objects[key] ?? '';
  return {
    Key: shown(key),
    LastModified: s3Time(MADE_AT),
    ETag: etagOf(content),
    Size: Buffer.byteLength(content),
    Owner: owner,
    StorageClass: 'STANDARD',
  };
}

function ownerOf({ aws, bucketName }: S3Call): ResultTree {
  return { ID: aws.world.findBucket(bucketName)?.account.id ?? '' };
}

const UNLIKE_RFC_3986: Readonly<Record<string, string>> = { '%2F': '/', '%20': '+', '%2A': '*', '~': '%7E' };

/** As Java encodes a form, and slashes stay. */
function encodeKey(key: string): string {
  return encodeRfc3986(key).replace(/%2F|%20|%2A|~/g, (found) => UNLIKE_RFC_3986[found] ?? found);
}

function invalidArgument(message: string): AwsError {
  return new AwsError('InvalidArgument', message, 400);
}
