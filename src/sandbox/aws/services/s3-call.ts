import { createHash } from 'node:crypto';
import { AwsError } from '../wire/aws-error.ts';
import { headerOf, type AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import { denialText } from '../access/denial-text.ts';
import type { ConditionKeys } from '../access/request-context.ts';
import type { CallRecord } from '../journal.ts';
import type { Account, Bucket } from '../organization/account.ts';
import { S3Error } from './s3-answer.ts';
import type { S3Request } from './s3-request.ts';
import { ask, openCall, type ServiceCall } from './service-call.ts';

export type S3Call = ServiceCall & S3Request;

/** The sandbox's organization has no history: everything in it was made at once. */
export const MADE_AT = new Date('2026-11-01T00:00:00Z');

/** S3 has names of its own for what is wrong with credentials. */
export function authenticated(aws: AwsState, request: AwsRequest, record: CallRecord): ServiceCall {
  try {
    return openCall(aws, request, 's3', record);
  } catch (error) {
    throw error instanceof AwsError ? credentialError(error, request) : error;
  }
}

function credentialError(error: AwsError, request: AwsRequest): AwsError {
  const { code, message } = error;
  const hasToken = headerOf(request, 'x-amz-security-token') !== undefined;
  if (code === 'InvalidClientTokenId' && hasToken) {
    return new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400);
  }
  if (code === 'InvalidClientTokenId') {
    const text = 'The AWS Access Key Id you provided does not exist in our records.';
    return new AwsError('InvalidAccessKeyId', text, 403);
  }
  if (code === 'ExpiredToken') return new AwsError(code, 'The provided token has expired.', 400);
  if (code === 'MissingAuthenticationToken') return new AwsError('AccessDenied', 'Access Denied', 403);
  if (/^Signature (expired|not yet current)/.test(message)) {
    const text = 'The difference between the request time and the current time is too large.';
    return new AwsError('RequestTimeTooSkewed', text, 403);
  }
  if (code === 'IncompleteSignature' || message.startsWith('Credential should be scoped')) {
    const where = headerOf(request, 'authorization') === undefined ? 'Query' : 'Header';
    return where === 'Query'
      ? new AwsError('AuthorizationQueryParametersError', message, 400)
      : new AwsError(
          'AuthorizationHeaderMalformed',
          `The authorization header is malformed; ${message}`,
          400,
        );
  }
  if (message.startsWith('The request signature we calculated')) {
    const text =
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
    return new AwsError(code, text, 403);
  }
  return error;
}

/** The bucket, if it is there and of the region that was signed for. Everybody may know as much. */
export function findBucket(call: S3Call): { readonly bucket: Bucket; readonly account: Account } {
  const found = call.aws.world.findBucket(call.bucketName);
  if (found === undefined) {
    const missing = new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
    throw new S3Error(missing, { BucketName: call.bucketName.slice(0, 255) });
  }
  const { region } = found.bucket;
  if (region === call.region) return found;
  const text = `The authorization header is malformed; the region '${call.region}' is wrong; expecting '${region}'`;
  throw new S3Error(new AwsError('AuthorizationHeaderMalformed', text, 400), { Region: region });
}

export interface S3Need {
  readonly action: string;
  readonly resource: string;
  /** Nothing for what is asked of the whole account. */
  readonly of?: { readonly bucket: Bucket; readonly account: Account };
  readonly keys?: ConditionKeys;
}

export function requireS3(call: S3Call, { action, resource, of, keys = new Map() }: S3Need): void {
  const owner = of?.account ?? call.caller.account;
  const decision = ask(call, {
    action,
    resource,
    resourceAccount: owner.id,
    resourcePolicy: of?.bucket.resourcePolicy,
    keys: new Map([...keys, ['s3:ResourceAccount', [owner.id]], ...signatureKeys(call.request)]),
  });
  if (decision.allowed) return;
  throw new AwsError(
    'AccessDenied',
    isTold(call, owner)
      ? `User: ${call.caller.arn} is not authorized to perform: ${action}${of === undefined ? '' : ` on resource: "${resource}"`} ${denialText(action, decision.reason)}`
      : 'Access Denied',
    403,
  );
}

/** Strangers learn nothing; who is of the account or its organization learns which kind of policy refused. */
function isTold({ caller }: S3Call, owner: Account): boolean {
  const { id, organizationId } = caller.account;
  return id === owner.id || (organizationId !== undefined && organizationId === owner.organizationId);
}

function signatureKeys(request: AwsRequest): ConditionKeys {
  const inHeader = headerOf(request, 'authorization') !== undefined;
  return new Map([
    ['s3:authType', [inHeader ? 'REST-HEADER' : 'REST-QUERY-STRING']],
    ['s3:signatureversion', ['AWS4-HMAC-SHA256']],
  ]);
}

export function bucketArn(bucketName: string): string {
  return `arn:aws:s3:::${bucketName}`;
}

/** Of an object that was put in one piece it is the MD5 of its content. */
export function etagOf(content: string): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}
