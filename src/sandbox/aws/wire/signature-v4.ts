import { timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../../lib/secret.ts';
import { AwsError, invalidClientToken } from './aws-error.ts';
import { type AwsRequest, headerOf } from './aws-request.ts';
import { canonicalRequest, type Scope, sha256Hex, signatureOf } from './canonical-request.ts';
import { isRegion } from './regions.ts';
import { basicIso, parseAuthorization, type SignedRequest } from './signed-request.ts';

/*
 * Verifies Signature Version 4 from the raw bytes, in the order in which AWS tells of failures:
 * presence, form, key, date, scope, signature.
 */

const FIFTEEN_MINUTES = 15 * 60_000;
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

export interface Verified {
  readonly accessKeyId: string;
  readonly scope: Scope;
}

/** Looks the secret up; undefined where key and token do not fit together. */
export type FindSecret = (accessKeyId: string, sessionToken: string | undefined) => Secret | undefined;

export function verifySignature(request: AwsRequest, service: string, findSecret: FindSecret): Verified {
  const signed = parseAuthorization(request);
  const secret = findSecret(signed.accessKeyId, signed.sessionToken);
  if (secret === undefined) throw invalidClientToken();
  checkDate(signed, request.receivedAt);
  checkScope(signed, service);
  checkSignedHeaders(signed, request);
  const canonical = canonicalRequest(request, {
    signedHeaders: signed.signedHeaders,
    payloadHash: payloadHash(request, signed),
    service: signed.scope.service,
  });
  const expected = signatureOf(secret.reveal(), signed.scope, signed.timestamp, canonical);
  if (!sameText(expected, signed.signature)) throw mismatch();
  return { accessKeyId: signed.accessKeyId, scope: signed.scope };
}

function checkDate(signed: SignedRequest, now: Date): void {
  const at = signed.signedAt.getTime();
  const stamp = (time: number) => basicIso(new Date(time));
  const [earliest, latest] = [now.getTime() - FIFTEEN_MINUTES, now.getTime() + FIFTEEN_MINUTES];
  if (at < earliest) {
    throw doesNotMatch(
      `Signature expired: ${signed.timestamp} is now earlier than ${stamp(earliest)} (${stamp(now.getTime())} - 15 min.)`,
    );
  }
  if (at > latest) {
    throw doesNotMatch(
      `Signature not yet current: ${signed.timestamp} is still later than ${stamp(latest)} (${stamp(now.getTime())} + 15 min.)`,
    );
  }
}

/** Everything that is wrong with the scope, in one text. */
function checkScope({ scope, terminator, timestamp }: SignedRequest, service: string): void {
  const problems: string[] = [];
  if (!isRegion(scope.region)) {
    problems.push(`Credential should be scoped to a valid Region, not '${scope.region}'. `);
  }
  if (scope.service !== service) {
    problems.push(`Credential should be scoped to correct service: '${service}'. `);
  }
  if (terminator !== 'aws4_request') {
    problems.push(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`,
    );
  }
  if (!timestamp.startsWith(`${scope.date}T`)) {
    problems.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
    );
  }
  // Two of the sentences end with a space of their own, which AWS leaves where it is.
  if (problems.length > 0) throw doesNotMatch(problems.join(' ').replaceAll('.  ', '. '));
}

/** Host must be signed, and so must every x-amz header: else a proxy could add a session token. */
function checkSignedHeaders(signed: SignedRequest, request: AwsRequest): void {
  if (!signed.signedHeaders.includes('host')) {
    throw doesNotMatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (signed.signedHeaders.some((name) => !request.headers.has(name))) throw mismatch();
  const unsigned = [...request.headers.keys()].find(
    (name) =>
      name.startsWith('x-amz-') && name !== 'x-amz-content-sha256' && !signed.signedHeaders.includes(name),
  );
  if (unsigned !== undefined) {
    throw doesNotMatch(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  }
}

function payloadHash(request: AwsRequest, signed: SignedRequest): string {
  const actual = sha256Hex(request.body);
  if (signed.scope.service !== 's3') return actual;
  const declared = headerOf(request, 'x-amz-content-sha256');
  if (signed.inQuery || declared === UNSIGNED_PAYLOAD) return UNSIGNED_PAYLOAD;
  if (declared !== actual) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return actual;
}

function sameText(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function doesNotMatch(message: string): AwsError {
  return new AwsError('SignatureDoesNotMatch', message, 403);
}

function mismatch(): AwsError {
  return doesNotMatch(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
}
