import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../support/raw-request.ts';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

/** A request byte by byte: `fetch` would not send another Host or Origin. */
async function send(
  { method = 'GET', path = '/_sandbox/faults', body = '' }: { method?: string; path?: string; body?: string },
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string }> {
  const { port, host } = new URL(sandbox.url);
  const lines = Object.entries({
    Host: host,
    Connection: 'close',
    ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return rawRequest(Number(port), `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const RULES = { method: 'PUT', body: '[]' };

describe('what is no AWS is kept from foreign pages', () => {
  it('and answers programs, and pages of its own', async () => {
    expect(await send({}, {})).toMatchObject({ status: 200 });
    expect(await send(RULES, JSON_TYPE)).toMatchObject({ status: 200 });
    const own = { Origin: sandbox.url, 'Sec-Fetch-Site': 'same-origin' };
    expect(await send(RULES, { ...JSON_TYPE, ...own })).toMatchObject({ status: 200 });
  });

  it.each([
    ['of another site', { Origin: 'https://evil.example' }],
    ['of another port of this machine', { Origin: 'http://localhost:1' }],
    ['that do not say whose they are', { Origin: 'null' }],
    ['under another scheme’s origin of the same name', { Origin: 'file://' }],
    ['by a link or an image', { 'Sec-Fetch-Site': 'cross-site' }],
    ['of a sibling origin', { 'Sec-Fetch-Site': 'same-site' }],
  ])('pages %s', async (_what, headers) => {
    expect(await send({}, headers)).toMatchObject({ status: 403 });
    expect(await send(RULES, { ...JSON_TYPE, ...headers })).toMatchObject({ status: 403 });
    // A browser that asks first hears no.
    expect(await send({ method: 'OPTIONS' }, headers)).toMatchObject({ status: 403 });
  });

  it.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.7',
    'evil.example@localhost',
    '',
  ])('pages under the name %j that was bent to this machine', async (host) => {
    for (const path of ['/faults', '/clock', '/journal', '/mfa-code?user=tools']) {
      expect(await send({ path: `/_sandbox${path}` }, { Host: host })).toMatchObject({ status: 403 });
    }
    for (const path of ['/', '/explain/some-request']) {
      expect(await send({ path }, { Host: host })).toMatchObject({ status: 403 });
    }
    const own = { Host: host, Origin: `http://${host}` };
    expect(await send(RULES, { ...JSON_TYPE, ...own })).toMatchObject({ status: 403 });
  });

  it.each(['localhost', 'localhost:4000', '127.0.0.1', '127.8.9.10:1', '[::1]:4000', 'aws.localhost:4000'])(
    'but not those under the name %j',
    async (host) => {
      expect(await send({}, { Host: host })).toMatchObject({ status: 200 });
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    '',
  ])('writes of type %j, which a page may send unasked', async (type) => {
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) {
      const headers = type === '' ? {} : { 'Content-Type': type };
      expect(await send({ ...RULES, method }, headers)).toMatchObject({ status: 415 });
    }
  });

  it('but not writes without a body', async () => {
    expect(await send({ method: 'DELETE' }, {})).toMatchObject({ status: 204 });
    expect(await send({ method: 'DELETE', path: '/_sandbox/journal' }, {})).toMatchObject({ status: 204 });
  });

  it('and a body in pieces is a body', async () => {
    const { port, host } = new URL(sandbox.url);
    const answer = await rawRequest(
      Number(port),
      `POST /_sandbox/play-lambda HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    );
    expect(answer.status).toBe(415);
  });

  it('and shows no page what it may not read', async () => {
    const response = await fetch(`${sandbox.url}/_sandbox/faults`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});
