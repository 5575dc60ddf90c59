/** What every answer has, and what is refused before any route looks at a request. */
import type { Server } from 'node:http';
import request, { type Test } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

let broker: TestBroker;
let server: Server;

beforeAll(async () => {
  broker = await startTestBroker();
  // The same application on a socket that supertest can reach by whatever host name a test sends.
  server = createHttpServer(broker.daypass.broker.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await broker.close();
});

const host = (): string => new URL(broker.baseUrl).host;
const get = (path: string): Test => request(server).get(path).set('Host', host());

describe('every answer', () => {
  it.each([
    ['a page', '/sign-in', 200],
    ['a redirect to sign-in', '/', 303],
    ['a page that is not there', '/nothing', 404],
    ['the API without a session', '/api/v1/me', 401],
    ['an API address that is not there', '/api/v9', 404],
    ['health', '/healthz', 200],
    ['published keys', '/aws/jwks.json', 200],
    ['a malformed path', '/roles/%zz', 400],
  ])('W08, W16: %s carries the security headers', async (_what, path, status) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    expect(response.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(response.headers['content-security-policy']).not.toMatch(/unsafe|\*[ ;]/);
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers).not.toHaveProperty('x-powered-by');
  });

  it.each(['/', '/sign-in', '/api/v1/me', '/nothing'])('W15: %s is never stored', async (path) => {
    const response = await get(path);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers).not.toHaveProperty('etag');
  });

  it('gives each request an id of ours, whatever the client sends', async () => {
    const response = await get('/healthz').set('X-Request-Id', 'mine');
    expect(response.headers['x-request-id']).not.toBe('mine');
  });
});

describe('refused at the door', () => {
  it.each(['evil.example', 'localhost', 'localhost:1', 'evil.example:8080', 'a@localhost'])(
    'W06: the host name %s',
    async (name) => {
      const response = await request(server).get('/sign-in').set('Host', name);
      expect(response.status).toBe(421);
      expect(response.text).not.toContain('evil.example');
    },
  );

  it('W06: forwarded host names change nothing', async () => {
    const response = await get('/')
      .set('X-Forwarded-Host', 'evil.example')
      .set('Forwarded', 'host=evil.example');
    expect(response.headers['location']).toBe('/sign-in');
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'] as const)('W22: the method %s', async (method) => {
    const response = await request(server)[method.toLowerCase() as 'put']('/').set('Host', host());
    expect(response.status).toBe(405);
  });

  it.each([
    ['POST', '/sign-in'],
    ['POST', '/healthz'],
    ['GET', '/sign-out'],
    ['GET', '/saml/sandbox-saml/acs'],
    ['POST', '/oidc/sandbox-oidc/callback'],
    ['GET', '/api/oauth/token'],
  ])('S44, W22: %s %s, naming what is allowed', async (method, path) => {
    const response = await (
      method === 'GET' ? get(path) : request(server).post(path).set('Host', host())
    ).set('Sec-Fetch-Site', 'same-origin');
    expect(response.status).toBe(405);
    expect(response.headers['allow']).toMatch(/GET|POST/);
  });

  it.each([
    ['from another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['from a sibling', { 'Sec-Fetch-Site': 'same-site' }],
    ['without a word about its source', {}],
    ['with a foreign Origin', { Origin: 'https://evil.example' }],
    ['with both, contradicting', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' }],
  ])('W01, W02: a sign-out %s', async (_what, headers) => {
    const response = await request(server).post('/sign-out').set('Host', host()).set(headers);
    expect(response.status).toBe(403);
    expect(response.text).toContain('request.cross_site');
  });

  it('W20: a body that is too large', async () => {
    const response = await request(server)
      .post('/api/oauth/token')
      .set('Host', host())
      .type('form')
      .send(`grant_type=${'x'.repeat(60_000)}`);
    expect(response.status).toBe(413);
  });
});

describe('health', () => {
  it('answers by any host name, since probes have their own', async () => {
    expect((await request(server).get('/healthz').set('Host', '10.0.0.1')).body).toEqual({ status: 'ok' });
    expect((await request(server).get('/readyz').set('Host', '10.0.0.1')).body).toEqual({ status: 'ready' });
  });
});

describe('our side as identity provider towards AWS', () => {
  it('publishes a discovery document with what AWS asks for', async () => {
    const body: unknown = (await get('/aws/.well-known/openid-configuration')).body;
    const issuer = `${broker.baseUrl}/aws`;
    expect(body).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/jwks.json`,
      subject_types_supported: ['public'],
    });
    for (const member of [
      'response_types_supported',
      'id_token_signing_alg_values_supported',
      'claims_supported',
    ]) {
      expect(body).toHaveProperty(member);
    }
  });

  it('publishes public keys only', async () => {
    const { keys } = (await get('/aws/jwks.json')).body as { keys: object[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys)
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('publishes SAML metadata with a certificate', async () => {
    const response = await get('/aws/saml/metadata').buffer(true).parse(asText);
    expect(response.headers['content-type']).toContain('application/samlmetadata+xml');
    expect(response.body).toContain('<ds:X509Certificate>');
  });

  it('publishes what an identity provider’s administrator needs of each SAML connector', async () => {
    const response = await get('/saml/sandbox-saml/metadata').buffer(true).parse(asText);
    expect(response.body).toContain(`${broker.baseUrl}/saml/sandbox-saml/acs`);
    expect((await get('/saml/sandbox-oidc/metadata')).status).toBe(404);
    expect((await get('/saml/nope/metadata')).status).toBe(404);
  });
});

function asText(response: request.Response, done: (error: Error | null, body: string) => void): void {
  const stream = response as unknown as NodeJS.ReadableStream;
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(null, Buffer.concat(chunks).toString('utf8')));
}
