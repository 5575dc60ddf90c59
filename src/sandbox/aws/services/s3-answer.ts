import type { AwsError } from '../wire/aws-error.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import { type ResultTree, type WireAnswer, xmlTree } from '../wire/query-protocol.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** S3 tells more than a text of some errors. */
export class S3Error extends Error {
  readonly error: AwsError;
  readonly members: Readonly<Record<string, string>>;

  constructor(error: AwsError, members: Readonly<Record<string, string>>) {
    super(error.message);
    this.error = error;
    this.members = members;
  }
}

export function s3Result(name: string, tree: ResultTree): WireAnswer {
  return s3Xml(200, `<${name} xmlns="${NAMESPACE}">${xmlTree(tree)}</${name}>`);
}

/** @param members what this error tells beside its text, e.g. the bucket's region */
export function s3Error(
  request: AwsRequest,
  { code, message, status }: AwsError,
  members: Readonly<Record<string, string>> = {},
): WireAnswer {
  const region = members['Region'];
  const headers = region === undefined ? {} : { 'x-amz-bucket-region': region };
  const body = xmlTree({
    Code: code,
    Message: message,
    ...members,
    RequestId: request.id,
    HostId: hostId(request),
  });
  // No answer to HEAD has a body, and clients go by the status.
  if (request.method === 'HEAD') return { status, contentType: XML_TYPE, body: '', headers };
  return { ...s3Xml(status, `<Error>${body}</Error>`), headers };
}

function hostId({ id }: AwsRequest): string {
  return Buffer.from(id).toString('base64');
}

const XML_TYPE = 'application/xml';

function s3Xml(status: number, body: string): WireAnswer {
  return { status, contentType: XML_TYPE, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}

/** S3's own form of a time: with milliseconds, which are always zero. */
export function s3Time(at: Date): string {
  return at.toISOString();
}
