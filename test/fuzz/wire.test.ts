/** Bytes, methods, addresses and bodies as no client sends them. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { formText, hostileText, spoils } from './hostile.ts';

let door: FuzzDoor;
beforeAll(async () => {
  door = await openFuzzDoor();
});
afterAll(() => door.close());

const FORM = 'application/x-www-form-urlencoded';
const REQUEST = [
  'POST / HTTP/1.1',
  'Host: localhost',
  `Content-Type: ${FORM}`,
  'Content-Length: 43',
  'Connection: close',
  '',
  'Action=GetCallerIdentity&Version=2011-06-15',
].join('\r\n');

const CHUNKED = [
  'POST /?Action=GetCallerIdentity HTTP/1.1',
  'Host: localhost',
  'Transfer-Encoding: chunked',
  'Connection: close',
  '',
  '5\r\nActio\r\n0\r\n\r\n',
].join('\r\n');

describe('whatever comes over the wire', () => {
  const anyByte = fc.nat(255).map((code) => String.fromCharCode(code));
  const bytes = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom(REQUEST, CHUNKED), spoils).map(([text, change]) => change(text)),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: anyByte, minLength: 1, maxLength: 300 }),
    },
    {
      weight: 1,
      arbitrary: hostileText.map((text) => `GET /${text} HTTP/1.1\r\nHost: x\r\n\r\n`),
    },
  );
  // Half a request costs its waiting time, so several go at once.
  fuzz(
    'bytes are answered or hung up on',
    { from: fc.array(bytes, { minLength: 8, maxLength: 16 }), runs: 20 },
    (all) => Promise.all(all.map((one) => door.fireBytes(Buffer.from(one, 'latin1')))),
  );

  const path = fc.oneof(
    fc.constantFrom('/', '//', '/?', '/?Action=', '/?Action=AssumeRole&&&', '/%00', '/%', '/..', '/.%2e/'),
    fc.constantFrom(
      '/_sandbox',
      '/_sandbox/',
      '/console',
      '/federation',
      '/saml',
      '/static/saml-metadata.xml',
      '/oauth',
    ),
    hostileText.map((text) => `/${formText([[text, text]])}`.slice(0, 4_000)),
    hostileText.map((text) => `/${text.replace(/[^\u0021-\u007e]/g, '')}`.slice(0, 12_000)),
  );
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'PROPFIND'),
    path,
    type: fc.constantFrom(
      FORM,
      `${FORM}; charset=utf-16`,
      'application/json',
      'multipart/form-data; boundary=x',
      'text/xml',
      '',
    ),
    encoding: fc.constantFrom('', '', '', 'gzip', 'br', 'deflate', 'identity', 'x'),
    body: fc.oneof(
      hostileText,
      hostileText.map((text) => formText([['Action', text]])),
      fc.constant('Action=AssumeRole&'.repeat(3_000)),
    ),
    idp: fc.boolean(),
  });
  fuzz('any method, address and body has an answer', { from: request, runs: 900 }, (input) =>
    door.fire({
      ...(input.idp ? { origin: door.identityProvidersUrl } : {}),
      method: input.method,
      path: input.path,
      headers: {
        ...(input.type === '' ? {} : { 'content-type': input.type }),
        ...(input.encoding === '' ? {} : { 'content-encoding': input.encoding }),
      },
      ...(['GET', 'HEAD'].includes(input.method) ? {} : { body: input.body }),
    }),
  );

  const size = fc.record({
    path: fc.constantFrom(
      '/',
      '/federation',
      '/_sandbox/organization',
      '/_sandbox/faults',
      '/_sandbox/explain',
      '/saml',
      '/sso',
    ),
    type: fc.constantFrom(FORM, 'application/json', 'text/plain'),
    fill: fc.constantFrom('a', 'a=b&', '{"a":', '[', '%00'),
    bytes: fc.constantFrom(100_000, 524_288, 600_000, 3_000_000),
  });
  fuzz('a huge body is refused without being kept', { from: size, runs: 40 }, (input) =>
    door.fire({
      method: 'POST',
      path: input.path,
      headers: { 'content-type': input.type },
      body: input.fill.repeat(input.bytes / input.fill.length),
    }),
  );

  it('met answers to what it could read and refusals of what not', () => {
    const statuses = [...door.outcomes.keys()].map((outcome) => outcome.split(' ')[0]);
    expect(statuses).toEqual(expect.arrayContaining(['200', '400', '403', '413']));
  });
});
