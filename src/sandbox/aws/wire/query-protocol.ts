import { AwsError } from './aws-error.ts';
import { type AwsRequest, headerOf } from './aws-request.ts';
import { decodePairs } from './form-encoding.ts';

/*
 * AWS's Query protocol as STS and EC2 speak it: `Action` and `Version` among the parameters, lists as
 * `Name.member.1`, answers in XML, or in JSON for whoever says so.
 */

export type Parameters = ReadonlyMap<string, string>;

/** Parameters of the query string, and of the body where it is a form; the body wins. */
export function readParameters(request: AwsRequest): Parameters {
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headerOf(request, 'content-type') ?? '');
  const body = request.method === 'POST' && isForm ? request.body.toString('utf8') : '';
  return new Map([...uniquePairs(request.query), ...uniquePairs(body)]);
}

function uniquePairs(text: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of decodePairs(text)) {
    if (parameters.has(name)) {
      throw new AwsError('InvalidQueryParameter', `The query parameter ${name.slice(0, 128)} stands twice.`);
    }
    parameters.set(name, value);
  }
  return parameters;
}

export interface Operation {
  readonly action: string;
  readonly version: string;
}

export function readOperation(parameters: Parameters): Operation {
  const action = parameters.get('Action') ?? '';
  if (action === '') {
    throw new AwsError('MissingAction', 'The request is missing an action or a required parameter.');
  }
  return { action, version: parameters.get('Version') ?? '' };
}

export function unknownOperation({ action, version }: Operation): AwsError {
  const named = version === '' ? 'NO_VERSION_SPECIFIED' : version;
  return new AwsError(
    'InvalidAction',
    `Could not find operation ${action.slice(0, 128)} for version ${named.slice(0, 32)}`,
  );
}

/** A result as a tree. A Date is written as each form wants it; undefined is left out; a list repeats its element. */
export interface ResultTree {
  readonly [name: string]: ResultLeaf | ResultTree | readonly ResultTree[] | undefined;
}

type ResultLeaf = string | number | boolean | Date;

export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The first type of which there is a form decides; whoever names none gets XML. */
function wantsJson(request: AwsRequest): boolean {
  const accepted = headerOf(request, 'accept') ?? '';
  return (
    /(?:application\/json|(?:text|application)\/xml|\*\/\*)/i.exec(accepted)?.[0].toLowerCase() ===
    'application/json'
  );
}

const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export function stsResult(request: AwsRequest, action: string, result: ResultTree): WireAnswer {
  if (wantsJson(request)) {
    return json(200, {
      [`${action}Response`]: {
        [`${action}Result`]: jsonTree(result),
        ResponseMetadata: { RequestId: request.id },
      },
    });
  }
  const body = xmlTree({
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: request.id },
  });
  return xml(200, `<${action}Response xmlns="${STS_NAMESPACE}">${body}</${action}Response>`);
}

export function stsError(request: AwsRequest, error: AwsError): WireAnswer {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const described = { Type: type, Code: error.code, Message: error.message };
  if (wantsJson(request)) {
    const { Code, Message, Type } = described;
    return json(error.status, { Error: { Code, Message, Type }, RequestId: request.id });
  }
  const body = xmlTree({ Error: described, RequestId: request.id });
  return xml(error.status, `<ErrorResponse xmlns="${STS_NAMESPACE}">${body}</ErrorResponse>`);
}

export function xml(status: number, body: string): WireAnswer {
  return { status, contentType: 'text/xml', body };
}

function json(status: number, body: unknown): WireAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

export function xmlTree(tree: ResultTree): string {
  return Object.entries(tree)
    .map(([name, value]) => {
      const values = isList(value) ? value : [value];
      return values.map((one) => (one === undefined ? '' : `<${name}>${xmlValue(one)}</${name}>`)).join('');
    })
    .join('');
}

function isList(value: ResultTree[string]): value is readonly ResultTree[] {
  return Array.isArray(value);
}

function xmlValue(value: ResultLeaf | ResultTree): string {
  if (value instanceof Date) return isoSeconds(value);
  if (typeof value === 'object') return xmlTree(value);
  return escapeXml(String(value));
}

/** In JSON a time is a number of epoch seconds. */
function jsonTree(tree: ResultTree): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]): [string, unknown] => {
      if (value instanceof Date) return [name, Math.floor(value.getTime() / 1000)];
      if (isList(value)) return [name, value.map(jsonTree)];
      return [name, typeof value === 'object' ? jsonTree(value) : value];
    }),
  );
}

export function isoSeconds(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Escaped, and without the characters that XML 1.0 cannot hold in any form. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
}
