import { createHash } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { type AwsRequest, headerOf } from './aws-request.ts';
import type { Scope } from './canonical-request.ts';
import { decodePairs } from './form-encoding.ts';

/** What a request says about its own signature. Nothing of it is verified yet. */
export interface SignedRequest {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** Fifth part of the credential; `aws4_request` or wrong. */
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** As sent, `20261123T170329Z`. */
  readonly timestamp: string;
  readonly signedAt: Date;
  readonly sessionToken: string | undefined;
  /** A pre-signed URL. */
  readonly inQuery: boolean;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const IS_SIGNATURE = /^\s*AWS4-HMAC-SHA256(?=\s|$)/;
const HASHED = '(Hashed with SHA-256 and encoded with Base64)';

/** Whether a request claims to be signed at all, in whatever way. */
export function claimsSignature(request: AwsRequest): boolean {
  return (
    (headerOf(request, 'authorization') ?? '').startsWith('AWS') || /(^|&)X-Amz-[A-Z]/.test(request.query)
  );
}

interface ClaimedCredential {
  readonly accessKeyId?: string | undefined;
  readonly region?: string | undefined;
  readonly service?: string | undefined;
}

/** Whose signature this may be and for what, before anything is checked: it chooses who says what is wrong with it. */
export function claimedCredential(request: AwsRequest): ClaimedCredential {
  const query = request.query.replace(/%2F/gi, '/');
  const text = `${headerOf(request, 'authorization') ?? ''}\n${query}`;
  const found = /Credential=([^/\s&,]+)\/[^/\s&,]*\/([^/\s&,]*)\/([^/\s&,]+)/.exec(text);
  return { accessKeyId: found?.[1], region: found?.[2], service: found?.[3] };
}

const QUERY_PARTS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const;

export function parseAuthorization(request: AwsRequest): SignedRequest {
  const header = request.headers.get('authorization')?.find((value) => IS_SIGNATURE.test(value));
  const query = new Map(decodePairs(request.query));
  const isInQuery = QUERY_PARTS.some((name) => query.has(name));
  if (header !== undefined && isInQuery) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
      403,
    );
  }
  if (header !== undefined) return fromHeader(request, header);
  if (isInQuery) return fromQuery(request, query);
  throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
}

function fromHeader(request: AwsRequest, header: string): SignedRequest {
  const fields = readFields(header);
  const date = headerOf(request, 'x-amz-date') ?? fromHttpDate(headerOf(request, 'date'));
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (fields.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (missing.length > 0) throw incomplete(`${missing.join(' ')} ${HASHED} Authorization=${hashOf(header)}`);
  return {
    ...parseCredential(fields.get('Credential') ?? ''),
    ...parseDate(date ?? ''),
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    sessionToken: headerOf(request, 'x-amz-security-token'),
    inQuery: false,
  };
}

/** The parts of an Authorization header behind its algorithm; the last of one name counts. */
function readFields(header: string): ReadonlyMap<string, string> {
  const parts = header.replace(IS_SIGNATURE, '').split(',');
  const fields = new Map<string, string>();
  for (const part of parts.map((text) => text.trim()).filter((text) => text !== '')) {
    const equals = part.indexOf('=');
    if (equals < 0) {
      throw incomplete(
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hashOf(part)}'.`,
      );
    }
    fields.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return fields;
}

function fromQuery(request: AwsRequest, query: ReadonlyMap<string, string>): SignedRequest {
  const missing = QUERY_PARTS.filter((name) => (query.get(name) ?? '') === '');
  if (missing.length > 0) {
    const texts = missing.map((name) => `AWS query-string parameters must include '${name}'.`);
    throw incomplete(`${texts.join(' ')} Re-examine the query-string parameters.`);
  }
  const algorithm = query.get('X-Amz-Algorithm') ?? '';
  if (algorithm !== ALGORITHM) {
    throw incomplete(`Unsupported AWS 'algorithm': '${algorithm.slice(0, 64)}'.`);
  }
  return {
    ...parseCredential(query.get('X-Amz-Credential') ?? ''),
    ...parseDate(query.get('X-Amz-Date') ?? ''),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    sessionToken: query.get('X-Amz-Security-Token') ?? headerOf(request, 'x-amz-security-token'),
    inQuery: true,
  };
}

function parseCredential(text: string): Pick<SignedRequest, 'accessKeyId' | 'scope' | 'terminator'> {
  const [accessKeyId, date, region, service, terminator, ...more] = text.split('/');
  if (terminator === undefined || more.length > 0) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${text.slice(0, 256)}'`,
    );
  }
  return {
    accessKeyId: accessKeyId ?? '',
    scope: { date: date ?? '', region: region ?? '', service: service ?? '' },
    terminator,
  };
}

function parseDate(timestamp: string): Pick<SignedRequest, 'timestamp' | 'signedAt'> {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? [];
  const signedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // A 30th of February becomes another day when it is read.
  if (Number.isNaN(signedAt.getTime()) || basicIso(signedAt) !== timestamp) {
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${timestamp.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return { timestamp, signedAt };
}

/** A `Date` header may have the form of HTTP; what is signed is ISO 8601 in any case. */
function fromHttpDate(date: string | undefined): string | undefined {
  if (date === undefined || !/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(date)) {
    return date;
  }
  const at = new Date(date);
  return Number.isNaN(at.getTime()) ? date : basicIso(at);
}

/** ISO 8601's basic format, as signatures have it: `20261123T170329Z`. */
export function basicIso(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** What a header holds may be a signature, which no answer and no log should have. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignature', message, 400);
}
