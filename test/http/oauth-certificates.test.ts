/** TLS client certificates, by the word of a trusted proxy. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLIENT_CREDENTIALS,
  startOAuthWorld,
  type OAuthAnswer,
  type OAuthWorld,
} from '../support/oauth-world.ts';
import { certify, type CertifiedKey } from '../support/self-signed-certificate.ts';
import { recordedFor } from '../support/stored-audit.ts';

const SPIFFE_ID = 'spiffe://example.org/reports';
const authority = { commonName: 'Workloads', ...certify('Workloads', { authority: true }) };
/** By name the same as the one that is trusted. */
const impostor = { commonName: 'Workloads', ...certify('Workloads', { authority: true }) };
const pinned = certify('pinned');

let world: OAuthWorld;
let untrusting: OAuthWorld;

beforeAll(async () => {
  const applications = [
    { id: 'by-hash', name: 'By hash', certificates: [{ sha256: hashOf(pinned) }] },
    {
      id: 'by-name',
      name: 'By name',
      certificates: [
        { uri: SPIFFE_ID, issuers: [authority.certificate] },
        { dns: 'reports.example', issuers: [authority.certificate] },
      ],
    },
  ];
  [world, untrusting] = await Promise.all([
    startOAuthWorld({ applications, settings: { trustedProxies: ['127.0.0.1'] } }),
    startOAuthWorld({ applications, settings: { trustedProxies: ['192.0.2.1'] } }),
  ]);
});
afterAll(() => Promise.all([world.close(), untrusting.close()]));

function hashOf({ certificateBase64 }: CertifiedKey): string {
  return createHash('sha256').update(Buffer.from(certificateBase64, 'base64')).digest('hex');
}

function show(client: string, shown: CertifiedKey | string, at = world): Promise<OAuthAnswer> {
  const header = typeof shown === 'string' ? shown : `:${shown.certificateBase64}:`;
  return at.ask({ ...CLIENT_CREDENTIALS, client_id: client }, { 'client-cert': header });
}

describe('a client certificate', () => {
  it.each<[string, string, () => CertifiedKey]>([
    ['its hash', 'by-hash', () => pinned],
    ['its SPIFFE ID', 'by-name', () => certify('x', { issuer: authority, uris: [SPIFFE_ID] })],
    ['its host name', 'by-name', () => certify('x', { issuer: authority, dns: ['reports.example'] })],
  ])('gives a token by %s', async (_how, client, make) => {
    const answer = await show(client, make());
    expect(answer.status).toBe(200);
    expect(recordedFor(world.broker, answer)).toMatchObject([
      { name: 'access-token.issued', principal: `application:${client}`, detail: { by: 'certificate' } },
    ]);
    expect((await world.api(answer).get('/api/v1/me')).status).toBe(200);
  });

  it.each<[string, string, () => CertifiedKey | string]>([
    ['of another application', 'by-hash', () => certify('pinned')],
    ['of an unknown application', 'nobody', () => pinned],
    ['of an application that has none', 'by-secret', () => pinned],
    [
      'by an authority of the same name',
      'by-name',
      () => certify('x', { issuer: impostor, uris: [SPIFFE_ID] }),
    ],
    ['that it signed itself', 'by-name', () => certify('Workloads', { uris: [SPIFFE_ID] })],
    ['with another name', 'by-name', () => certify('x', { issuer: authority, uris: [`${SPIFFE_ID}/more`] })],
    ['with the name as its common name', 'by-name', () => certify(SPIFFE_ID, { issuer: authority })],
    [
      'with two names',
      'by-name',
      () => certify('x', { issuer: authority, uris: [SPIFFE_ID, 'spiffe://other/x'] }),
    ],
    [
      'with a name that looks like two',
      'by-name',
      () => certify('x', { issuer: authority, uris: [`x, URI:${SPIFFE_ID}`] }),
    ],
    [
      'with a host name that looks like a URI',
      'by-name',
      () => certify('x', { issuer: authority, dns: [`x, URI:${SPIFFE_ID}, DNS:y`] }),
    ],
    ['of the authority itself', 'by-name', () => authority],
    [
      'that has ended',
      'by-name',
      () => certify('x', { issuer: authority, uris: [SPIFFE_ID], shiftDays: -3 }),
    ],
    ['of next week', 'by-name', () => certify('x', { issuer: authority, uris: [SPIFFE_ID], shiftDays: 7 })],
    ['that is none', 'by-hash', () => ':aGVsbG8=:'],
    ['twice', 'by-hash', () => `:${pinned.certificateBase64}:, :${pinned.certificateBase64}:`],
    ['in another form', 'by-hash', () => pinned.certificateBase64],
  ])('A23: %s is refused like any other', async (_what, client, make) => {
    const answer = await show(client, make());
    expect([answer.status, answer.body]).toEqual([
      401,
      { error: 'invalid_client', error_description: 'The client did not prove who it is.' },
    ]);
  });

  it('counts from a trusted proxy alone', async () => {
    const answer = await show('by-hash', pinned, untrusting);
    expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client']);
  });

  it('does not stand in for a secret that is wrong', async () => {
    const fields = { ...CLIENT_CREDENTIALS, client_id: 'by-hash', client_secret: 'wrong' };
    const answer = await world.ask(fields, { 'client-cert': `:${pinned.certificateBase64}:` });
    expect(answer.body['error']).toBe('invalid_client');
  });
});
