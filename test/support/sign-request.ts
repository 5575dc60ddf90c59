/** Signature Version 4 as a client makes it, written apart from the sandbox's own, with every part open to be made wrong. */
import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from './start-sandbox-aws.ts';

export interface Signing {
  readonly credentials: Credentials;
  readonly at: Date;
  readonly service?: string;
  readonly region?: string;
  readonly terminator?: string;
  /** Of the scope; by default the day of `at`. */
  readonly date?: string;
  readonly signedHeaders?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly body?: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const stampOf = (at: Date) => at.toISOString().replace(/[-:]|\.\d{3}/g, '');

function scopeOf(signing: Signing): readonly [string, string, string, string] {
  const { date = stampOf(signing.at).slice(0, 8), region = 'us-east-1', service = 'sts' } = signing;
  return [date, region, service, signing.terminator ?? 'aws4_request'];
}

function signatureFor(signing: Signing, canonical: string): string {
  const [date, region, service, terminator] = scopeOf(signing);
  const text = [
    'AWS4-HMAC-SHA256',
    stampOf(signing.at),
    [date, region, service, terminator].join('/'),
    sha256(canonical),
  ];
  const key = [region, service, terminator].reduce<Buffer>(
    (last, part) => hmac(last, part),
    hmac(`AWS4${signing.credentials.secretAccessKey}`, date),
  );
  return hmac(key, text.join('\n')).toString('hex');
}

/** A request with an Authorization header, ready for `fetch`. */
export function signedRequest(url: string, signing: Signing): { url: string; init: RequestInit } {
  const { method = 'POST', path = '/', query = '', body = '', credentials } = signing;
  const headers: Record<string, string> = {
    host: new URL(url).host,
    'x-amz-date': stampOf(signing.at),
    ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
    ...(signing.service === 's3' ? { 'x-amz-content-sha256': sha256(body) } : {}),
    ...signing.headers,
  };
  const signed = signing.signedHeaders ?? Object.keys(headers).sort();
  const lines = signed.map((name) => `${name}:${headers[name] ?? ''}\n`).join('');
  const canonical = [method, path, query, lines, signed.join(';'), sha256(body)].join('\n');
  const credential = [credentials.accessKeyId, ...scopeOf(signing)].join('/');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed.join(';')}, Signature=${signatureFor(signing, canonical)}`;
  return {
    url: `${url}${path}${query === '' ? '' : `?${query}`}`,
    // `fetch` writes the same Host of its own.
    init: { method, headers: { ...headers, authorization }, ...(method === 'POST' ? { body } : {}) },
  };
}

/** A pre-signed URL. */
export function presignedUrl(url: string, signing: Signing): string {
  const { credentials, path = '/', query = '' } = signing;
  const parameters = new Map([
    ...new URLSearchParams(query),
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', [credentials.accessKeyId, ...scopeOf(signing)].join('/')],
    ['X-Amz-Date', stampOf(signing.at)],
    ['X-Amz-Expires', '60'],
    ['X-Amz-SignedHeaders', 'host'],
    ...(credentials.sessionToken === undefined
      ? []
      : [['X-Amz-Security-Token', credentials.sessionToken] as const]),
  ] as [string, string][]);
  const text = [...parameters]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const payload = signing.service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256('');
  const canonical = ['GET', path, text, `host:${new URL(url).host}\n`, 'host', payload].join('\n');
  return `${url}${path}?${text}&X-Amz-Signature=${signatureFor(signing, canonical)}`;
}
