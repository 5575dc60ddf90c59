/** Authorization headers and pre-signed addresses, spoiled part by part, and headers nobody should send. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presignedUrl } from '../support/sign-request.ts';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { anyChange, fewChanged, formText, hostileText, spoils } from './hostile.ts';
import { signedShot } from './signed-shot.ts';

let door: FuzzDoor;
beforeAll(async () => {
  door = await openFuzzDoor();
});
afterAll(() => door.close());

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
const SERVICES = ['sts', 'ec2', 's3', 'iam', 'organizations', 'lambda', ''] as const;

/** What a header can hold at all: a client refuses to send anything else. */
const headerText = fc.oneof(
  hostileText.map((text) => text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '\u00e9')),
  fc.constantFrom('é'.repeat(500), ' '.repeat(300), 'x'.repeat(9_000), ',,,;;;===', '=,=,=,='),
);
const pieces = fc.record({
  service: fc.constantFrom(...SERVICES),
  parts: fewChanged(
    { algorithm: 'AWS4-HMAC-SHA256', key: '', scope: '', names: '', signature: '' },
    fc
      .oneof(
        anyChange,
        fc.constantFrom(
          'AWS4-ECDSA-P256-SHA256',
          'Credential=',
          'a/b/c/d/e',
          'x/20261123/us-east-1/sts/aws4_request',
        ),
      )
      .map((change) => (typeof change === 'string' ? () => change : change)),
  ),
  separator: fc.constantFrom(', ', ',', ' ,', ';', ' '),
});

describe('whatever claims to be a signature', () => {
  fuzz('its header is taken or refused, part by part', { from: pieces, runs: 700 }, async (input) => {
    const shot = signedShot(door, { credentials: door.keyOf('reports'), body: BODY, service: input.service });
    const header = String(shot.headers?.['authorization']);
    const [, scope = '', names = '', signature = ''] =
      /Credential=[^/]*\/([^,]*), SignedHeaders=([^,]*), Signature=(.*)/.exec(header) ?? [];
    const good = { key: door.keyOf('reports').accessKeyId, scope, names, signature };
    const given = Object.fromEntries(input.parts.map(([name, value]) => [name, value]));
    const part = (name: keyof typeof good): string => (given[name] === '' ? good[name] : (given[name] ?? ''));
    const text = [
      `${given['algorithm'] ?? ''} Credential=${part('key')}/${part('scope')}`,
      `SignedHeaders=${part('names')}`,
      `Signature=${part('signature')}`,
    ].join(input.separator);
    const authorization = text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '?').slice(0, 12_000);
    await door.fire({ ...shot, headers: { ...shot.headers, authorization } });
  });

  const presigned = fc.record({
    service: fc.constantFrom(...SERVICES),
    path: fc.constantFrom(
      '/',
      '/',
      '/example-tools-website',
      '/example-tools-website/index.html',
      '//',
      '/%2e%2e/',
    ),
    change: fc.oneof(
      spoils,
      fc
        .tuple(
          fc.constantFrom(
            'Algorithm',
            'Credential',
            'Date',
            'Expires',
            'SignedHeaders',
            'Signature',
            'Security-Token',
          ),
          hostileText,
        )
        .map(
          ([name, value]) =>
            (query: string) =>
              query.replace(new RegExp(`X-Amz-${name}=[^&]*`), () => formText([[`X-Amz-${name}`, value]])),
        ),
      hostileText.map((value) => (query: string) => `${query}&${formText([['X-Amz-Date', value]])}`),
    ),
  });
  fuzz('a pre-signed address is taken or refused', { from: presigned, runs: 700 }, async (input) => {
    const url = presignedUrl(door.url, {
      credentials: door.keyOf('reports'),
      at: new Date(),
      service: input.service,
      path: input.path,
      query: input.service === 's3' ? '' : BODY,
    });
    const query = url.slice(url.indexOf('?') + 1);
    const changed = input.change(query).replace(/[^\u0021-\u007e]/g, '%C3%A9');
    await door.fire({ method: 'GET', path: `${input.path}?${changed}`.slice(0, 15_000) });
  });

  const oddHeaders = fc.array(
    fc.tuple(
      fc.constantFrom(
        ...['x-amz-date', 'date', 'x-amz-security-token', 'x-amz-content-sha256', 'x-amz-target'],
        ...['content-type', 'accept', 'content-encoding', 'user-agent', 'origin', 'referer', 'cookie'],
        ...['x-forwarded-for', 'x-amz-x', '__proto__', 'constructor', 'if-match', 'range', 'host'],
      ),
      fc.oneof(headerText, fc.array(headerText, { minLength: 2, maxLength: 4 })),
    ),
    { minLength: 1, maxLength: 4 },
  );
  const withHeaders = fc.record({
    headers: oddHeaders,
    service: fc.constantFrom(...SERVICES),
    late: fc.boolean(),
  });
  fuzz('it bears any header beside it, signed or added', { from: withHeaders, runs: 700 }, async (input) => {
    const added = Object.fromEntries(
      input.headers.filter(([name, value]) => name !== 'host' || typeof value === 'string'),
    );
    const one = Object.fromEntries(
      Object.entries(added).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : value.join(','),
      ]),
    );
    const shot = signedShot(door, {
      credentials: door.keyOf('reports'),
      body: BODY,
      service: input.service,
      ...(input.late ? {} : { headers: one }),
    });
    const total = JSON.stringify(added).length;
    if (total > 14_000) return;
    await door.fire({ ...shot, headers: { ...shot.headers, ...added } });
  });

  it('met those that hold and those that do not', () => {
    expect(door.outcomes.get('200')).toBeGreaterThan(0);
    const met = [...door.outcomes.keys()].map((outcome) => outcome.split(' ')[1]);
    expect(met).toEqual(
      expect.arrayContaining(['IncompleteSignature', 'SignatureDoesNotMatch', 'InvalidClientTokenId']),
    );
  });
});
