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

/** Whether a request claims to be signed at all, in whatever way. */
export function claimsSignature(request: AwsRequest): boolean {
  return (
    (headerOf(request, 'authorization') ?? '').startsWith('AWS') || /(^|&)X-Amz-[A-Z]/.test(request.query)
  );
}

export interface ClaimedCredential {
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

export function parseAuthorization(request: AwsRequest): SignedRequest {
  const header = headerOf(request, 'authorization');
  if (header?.startsWith(ALGORITHM) === true) return fromHeader(request, header);
  const query = new Map(decodePairs(request.query));
  if (query.get('X-Amz-Algorithm') === ALGORITHM) return fromQuery(query);
  throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
}

function fromHeader(request: AwsRequest, header: string): SignedRequest {
  const fields = new Map(
    header
      .slice(ALGORITHM.length)
      .split(',')
      .map((field) => field.trim().split('=', 2))
      .map(([name, value]) => [name ?? '', value ?? ''] as const),
  );
  const date = headerOf(request, 'x-amz-date') ?? fromHttpDate(headerOf(request, 'date'));
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (fields.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  // The header itself is not repeated: it may hold a signature that a log should not have.
  if (missing.length > 0) throw incomplete(missing.join(' '));
  return {
    ...parseCredential(fields.get('Credential') ?? ''),
    ...parseDate(date ?? ''),
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    sessionToken: headerOf(request, 'x-amz-security-token'),
    inQuery: false,
  };
}

function fromQuery(query: ReadonlyMap<string, string>): SignedRequest {
  const needed = ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'];
  const missing = needed.filter((name) => (query.get(name) ?? '') === '');
  if (missing.length > 0) {
    const texts = missing.map((name) => `AWS query-string parameters must include '${name}'.`);
    throw incomplete(`${texts.join(' ')} Re-examine the query-string parameters.`);
  }
  return {
    ...parseCredential(query.get('X-Amz-Credential') ?? ''),
    ...parseDate(query.get('X-Amz-Date') ?? ''),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    sessionToken: query.get('X-Amz-Security-Token'),
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
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  const [, year, month, day, hour, minute, second] = parts ?? [];
  const signedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (parts === null || Number.isNaN(signedAt.getTime())) {
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${timestamp.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return { timestamp, signedAt };
}

function fromHttpDate(date: string | undefined): string | undefined {
  if (date === undefined) return undefined;
  const at = new Date(date);
  return Number.isNaN(at.getTime()) ? date : at.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignature', message, 400);
}
