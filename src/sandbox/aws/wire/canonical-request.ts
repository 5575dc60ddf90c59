import { createHash, createHmac } from 'node:crypto';
import { type AwsRequest, headerOf } from './aws-request.ts';
import { decodePairs, encodeRfc3986 } from './form-encoding.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */

export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

export interface CanonicalParts {
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  readonly service: string;
}

export function canonicalRequest(request: AwsRequest, parts: CanonicalParts): string {
  const headers = parts.signedHeaders.map((name) => `${name}:${trimmed(headerOf(request, name) ?? '')}\n`);
  return [
    request.method,
    canonicalPath(request.path, parts.service),
    canonicalQuery(request.query),
    headers.join(''),
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
}

/** Every service but S3 encodes the path once more and resolves its dots. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const trailing = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.map(encodeRfc3986).join('/')}${trailing}`;
}

function canonicalQuery(query: string): string {
  return decodePairs(query)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function trimmed(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}

export function signatureOf(secret: string, scope: Scope, timestamp: string, canonical: string): string {
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    timestamp,
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    sha256Hex(canonical),
  ].join('\n');
  const dateKey = hmac(`AWS4${secret}`, scope.date);
  const signingKey = hmac(hmac(hmac(dateKey, scope.region), scope.service), 'aws4_request');
  return hmac(signingKey, stringToSign).toString('hex');
}
