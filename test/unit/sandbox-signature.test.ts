import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { AwsError } from '../../src/sandbox/aws/wire/aws-error.ts';
import type { AwsRequest } from '../../src/sandbox/aws/wire/aws-request.ts';
import { canonicalRequest, sha256Hex, signatureOf } from '../../src/sandbox/aws/wire/canonical-request.ts';
import { isRegion } from '../../src/sandbox/aws/wire/regions.ts';
import { verifySignature } from '../../src/sandbox/aws/wire/signature-v4.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const NOW = new Date('2026-11-23T17:03:29Z');
const STAMP = '20261123T170329Z';
const SCOPE = { date: '20261123', region: 'us-east-1', service: 'sts' };
const CREDENTIAL = 'AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/sts/aws4_request';

type Headers = Readonly<Record<string, string | readonly string[]>>;

function request(headers: Headers, query = ''): AwsRequest {
  const lines = Object.entries({ host: 'sts.example', ...headers });
  return {
    id: 'id',
    method: 'GET',
    path: '/',
    query,
    headers: new Map(lines.map(([name, value]) => [name, typeof value === 'string' ? [value] : value])),
    body: Buffer.alloc(0),
    receivedAt: NOW,
    sourceIp: '127.0.0.1',
  };
}

/** An Authorization header that fits these headers, dated as the signer saw them. */
function authorization(headers: Headers, signedHeaders: readonly string[], stamp = STAMP): string {
  const canonical = canonicalRequest(request(headers), {
    signedHeaders,
    payloadHash: sha256Hex(''),
    service: 'sts',
  });
  const signature = signatureOf(SECRET, SCOPE, stamp, canonical);
  return `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
}

function outcome(asked: AwsRequest): string {
  try {
    return verifySignature(asked, 'sts', () => new Secret(SECRET)).accessKeyId;
  } catch (error) {
    return error instanceof AwsError ? `${error.code}: ${error.message}` : String(error);
  }
}

function signedWith(headers: Headers, signedHeaders: readonly string[]): string {
  return outcome(request({ ...headers, authorization: authorization(headers, signedHeaders) }));
}

describe('the date of a signature', () => {
  it('may be that of HTTP where AWS’s own is not there', () => {
    expect(signedWith({ date: 'Mon, 23 Nov 2026 17:03:29 GMT' }, ['date', 'host'])).toBe(
      'AKIAIOSFODNN7EXAMPLE',
    );
    expect(signedWith({ date: STAMP }, ['date', 'host'])).toBe('AKIAIOSFODNN7EXAMPLE');
  });

  it('is AWS’s own where both are there', () => {
    const headers = { date: 'Sun, 22 Nov 2026 17:03:29 GMT', 'x-amz-date': STAMP };
    expect(signedWith(headers, ['host', 'x-amz-date'])).toBe('AKIAIOSFODNN7EXAMPLE');
  });

  it.each([
    '20260230T000000Z',
    '20261123T240000Z',
    '20261123T170361Z',
    '2026',
    'Mon Nov 23 2026',
    '20261123T170329',
  ])('is not %j', (date) => {
    expect(signedWith({ 'x-amz-date': date }, ['host', 'x-amz-date'])).toBe(
      `IncompleteSignature: Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
    expect(signedWith({ date }, ['host', 'date'])).toMatch(/^IncompleteSignature: Date must be/);
  });

  it('may be fifteen minutes off to the second', () => {
    const at = (seconds: number) => {
      const stamp = new Date(NOW.getTime() + seconds * 1000).toISOString().replace(/[-:]|\.\d{3}/g, '');
      const headers = { 'x-amz-date': stamp };
      return outcome(
        request({ ...headers, authorization: authorization(headers, ['host', 'x-amz-date'], stamp) }),
      );
    };
    expect([at(-900), at(900)]).toEqual(['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE']);
    expect(at(-901)).toMatch(/^SignatureDoesNotMatch: Signature expired/);
    expect(at(901)).toMatch(/^SignatureDoesNotMatch: Signature not yet current/);
  });
});

describe('an Authorization header', () => {
  const dated = { 'x-amz-date': STAMP };

  it('may have its parts in any order, with or without spaces', () => {
    const header = authorization(dated, ['host', 'x-amz-date']);
    const [credential = '', signedHeaders = '', signature = ''] = header
      .split(' ')
      .slice(1)
      .map((part) => part.replace(',', ''));
    const turned = `AWS4-HMAC-SHA256   ${signature},${signedHeaders},${credential},`;
    expect(outcome(request({ ...dated, authorization: turned }))).toBe('AKIAIOSFODNN7EXAMPLE');
  });

  it('is found beside one of another scheme', () => {
    const header = authorization(dated, ['host', 'x-amz-date']);
    expect(outcome(request({ ...dated, authorization: ['Bearer x', header] }))).toBe('AKIAIOSFODNN7EXAMPLE');
  });

  it.each([
    'AWS4-HMAC-SHA256x Credential=a',
    'AWS4-HMAC-SHA512 Credential=a',
    'AWS AKIA:sig',
    'aws4-hmac-sha256 Credential=a',
  ])('is none: %j', (header) => {
    expect(outcome(request({ ...dated, authorization: header }))).toMatch(/^MissingAuthenticationToken/);
  });

  it('and a signature in the address are one too many', () => {
    const header = authorization(dated, ['host', 'x-amz-date']);
    expect(outcome(request({ ...dated, authorization: header }, 'X-Amz-Algorithm=AWS4-HMAC-SHA256'))).toMatch(
      /^SignatureDoesNotMatch: Found both/,
    );
  });

  it('is repeated in no error: it may hold a signature', () => {
    const parts = ['AWS4-HMAC-SHA256 Signature=deadbeef', 'AWS4-HMAC-SHA256 deadbeef'];
    for (const header of parts) {
      const told = outcome(request({ authorization: header }));
      expect(told).toMatch(/^IncompleteSignature: /);
      expect(told).not.toContain('deadbeef');
    }
  });
});

describe('the scope of a signature', () => {
  it('is told to be wrong in every part at once', () => {
    const header = `AWS4-HMAC-SHA256 Credential=AKIA/20200101/nowhere/s4/aws5, SignedHeaders=host, Signature=0`;
    expect(outcome(request({ 'x-amz-date': STAMP, authorization: header }))).toBe(
      "SignatureDoesNotMatch: Credential should be scoped to a valid Region, not 'nowhere'. Credential should be scoped to correct service: 'sts'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '20261123', from '20261123T170329Z'.",
    );
  });

  it.each(['us-east-1', 'eu-central-2', 'ap-southeast-7', 'mx-central-1'])('may be %s', (region) => {
    expect(isRegion(region)).toBe(true);
  });

  it.each(['', 'aws-global', 'us-gov-west-1', 'eusc-de-east-1', 'us-east', 'US-EAST-1', 'us-east-1a'])(
    'may not be %j',
    (region) => {
      expect(isRegion(region)).toBe(false);
    },
  );
});
