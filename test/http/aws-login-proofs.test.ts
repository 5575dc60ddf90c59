/** The proof of its key that every request of `aws login` carries (RFC 9449), and everything that is none. */
import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AwsLoginClient, type LoginAnswer, type ProofWish } from '../support/aws-login-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { rawRequest } from '../support/raw-request.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

const ROLE = 'development-readonly';

let broker: TestBroker;
let browser: HttpBrowser;
let client: AwsLoginClient;
let refreshToken: string;
let clockOffset = 0;
const now = (): Date => new Date(Date.now() + clockOffset);

beforeAll(async () => {
  broker = await startTestBroker({ clock: { now } });
  browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  client = new AwsLoginClient(broker, { now });
  refreshToken = (await client.login(browser, ROLE)).body.refreshToken;
});
afterEach(() => {
  clockOffset = 0;
});
afterAll(() => broker.close());

const refreshBy = (dpop: string): Promise<LoginAnswer> => client.refresh(refreshToken, {}, { dpop });

function expectRefused({ status, body }: LoginAnswer, words = /proof/): void {
  expect([status, body.__type, body.error]).toEqual([400, 'ValidationException', 'INVALID_REQUEST']);
  expect(body.message).toMatch(words);
}

async function setFaults(faults: readonly object[]): Promise<void> {
  const { status } = await fetch(`${broker.awsUrl}/_sandbox/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });
  expect(status).toBe(200);
}

const jwkOf = (key: KeyObject): Record<string, unknown> => ({ ...key.export({ format: 'jwk' }) });

describe('a proof', () => {
  it('is needed', async () => {
    expectRefused(await refreshBy(''));
    const response = await fetch(`${broker.baseUrl}/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grantType: 'refresh_token', clientId: client.clientId, refreshToken }),
    });
    expect(response.status).toBe(400);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const another = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const by = (key: KeyObject) => (text: string) =>
    sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

  it.each<[string, () => ProofWish]>([
    ['alg none, unsigned', () => ({ header: { alg: 'none' }, signWith: () => '' })],
    ['alg none, with something', () => ({ header: { alg: 'none' }, signWith: () => 'AAAA' })],
    [
      'HS256 with the public key as the secret',
      () => ({
        header: { alg: 'HS256' },
        signWith: (text) =>
          createHmac('sha256', JSON.stringify(jwkOf(client.key.publicKey)))
            .update(text)
            .digest('base64url'),
      }),
    ],
    [
      'RS256',
      () => ({
        header: { alg: 'RS256', jwk: jwkOf(rsa.publicKey) },
        signWith: (text) => sign('sha256', Buffer.from(text), rsa.privateKey).toString('base64url'),
      }),
    ],
    [
      'ES384',
      () => ({ header: { alg: 'ES384', jwk: jwkOf(p384.publicKey) }, signWith: by(p384.privateKey) }),
    ],
    [
      'another curve by the right name',
      () => ({ header: { jwk: { ...jwkOf(p384.publicKey), crv: 'P-256' } } }),
    ],
    ['an algorithm in lower case', () => ({ header: { alg: 'es256' } })],
    ['no type', () => ({ header: { typ: 'JWT' } })],
    ['no key', () => ({ header: { jwk: undefined } })],
    ['a key by address', () => ({ header: { jwk: undefined, jku: 'https://evil.example/jwks' } })],
    ['the private key shown', () => ({ header: { jwk: jwkOf(client.key.privateKey) } })],
    [
      'a point off the curve',
      () => ({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } } }),
    ],
    [
      'a coordinate in another spelling',
      () => ({ header: { jwk: { ...jwkOf(client.key.publicKey), x: '=' } } }),
    ],
    ['something critical', () => ({ header: { crit: ['exp'], exp: 1 } })],
    ['another key’s signature', () => ({ signWith: by(another.privateKey) })],
    [
      'a signature in DER',
      () => ({
        signWith: (text) => sign('sha256', Buffer.from(text), client.key.privateKey).toString('base64url'),
      }),
    ],
    ['a signature of zeros', () => ({ signWith: () => Buffer.alloc(64).toString('base64url') })],
    ['another method', () => ({ claims: { htm: 'GET' } })],
    ['a method in lower case', () => ({ claims: { htm: 'post' } })],
    ['no address', () => ({ claims: { htu: undefined } })],
    ['another host', () => ({ claims: { htu: 'https://us-east-1.signin.aws.amazon.com/v1/token' } })],
    ['another path', () => ({ claims: { htu: `${broker.baseUrl}/v1/token/` } })],
    ['another scheme', () => ({ claims: { htu: `${broker.baseUrl}/v1/token`.replace('http:', 'https:') } })],
    [
      'a name before the host',
      () => ({ claims: { htu: `${broker.baseUrl}/v1/token`.replace('//', '//a@') } }),
    ],
    ['a list of addresses', () => ({ claims: { htu: [`${broker.baseUrl}/v1/token`] } })],
    ['no id', () => ({ claims: { jti: undefined } })],
    ['a long id', () => ({ claims: { jti: 'a'.repeat(65) } })],
    ['an id that is no text', () => ({ claims: { jti: 7 } })],
    ['no time', () => ({ claims: { iat: undefined } })],
    ['a time that is text', () => ({ claims: { iat: String(Math.floor(Date.now() / 1_000)) } })],
    ['much around it', () => ({ claims: { padding: 'a'.repeat(4_096) } })],
  ])('is none: %s', async (_what, wish) => {
    const answer = await refreshBy(client.proof(wish()));
    expectRefused(answer);
    expect(recordedFor(broker, answer)).toEqual([]);
  });

  it.each([
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['no JSON', 'AAAA.AAAA.AAAA'],
    ['null', `${Buffer.from('null').toString('base64url')}.AAAA.AAAA`],
    ['a bearer token', 'Bearer x'],
  ])('is none: %s', async (_what, dpop) => {
    expectRefused(await refreshBy(dpop));
  });

  it('is one of one: two headers are refused, even with the same in both', async () => {
    const body = JSON.stringify({ grantType: 'refresh_token', clientId: client.clientId, refreshToken });
    const { host, port } = new URL(broker.baseUrl);
    const proof = client.proof();
    const { status } = await rawRequest(
      Number(port),
      [
        'POST /v1/token HTTP/1.1',
        `Host: ${host}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        `DPoP: ${proof}`,
        `DPoP: ${proof}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );
    expect(status).toBe(400);
  });

  it('may spell the address in another way, with a query or not', async () => {
    const { port } = new URL(broker.baseUrl);
    for (const htu of [
      `HTTP://LOCALHOST:${port}/v1/token`,
      `${broker.baseUrl}/v1/../v1/token`,
      `${broker.baseUrl}/v1/token?a=b#c`,
    ])
      expect([htu, (await refreshBy(client.proof({ claims: { htu } }))).status]).toEqual([htu, 200]);
  });

  it('is two minutes old at most and not made much later; else the client prints to look at its clock', async () => {
    const iat = Math.floor(now().getTime() / 1_000);
    for (const [seconds, status] of [
      [-110, 200],
      [-125, 400],
      [55, 200],
      [65, 400],
      [-1e9, 400],
      [1e300, 400],
    ] as const) {
      const answer = await refreshBy(client.proof({ claims: { iat: iat + seconds } }));
      expect([seconds, answer.status]).toEqual([seconds, status]);
      if (status === 400) expectRefused(answer, /check this machine’s clock/);
    }
  });
});

describe('a proof that comes again', () => {
  it('with the same request gets the same answer, which is handed out and recorded once', async () => {
    const dpop = client.proof();
    const first = await refreshBy(dpop);
    const second = await refreshBy(dpop);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.accessToken).toEqual(first.body.accessToken);
    expect(recordedFor(broker, second)).toEqual([]);
  });

  it('with a code gets the same answer, and leaves the login as it is', async () => {
    const own = new AwsLoginClient(broker, { now });
    const code = await own.codeFor(browser, ROLE);
    const dpop = own.proof();
    const first = await own.redeem(code, {}, { dpop });
    const second = await own.redeem(code, {}, { dpop });
    expect(second.body.accessToken).toEqual(first.body.accessToken);
    expect((await own.refresh(first.body.refreshToken)).status).toBe(200);
  });

  it('D10: with another request is refused', async () => {
    const dpop = client.proof();
    expect((await refreshBy(dpop)).status).toBe(200);
    const code = await client.codeFor(browser, ROLE);
    expectRefused(await client.redeem(code, {}, { dpop }), /used for another request/);
    expect((await client.redeem(code)).status, 'the code is left as it is').toBe(200);
  });

  it('D10: after another node, or this one before a restart, has answered it is refused', async () => {
    const own = new AwsLoginClient(broker, { now });
    const { body } = await own.login(browser, ROLE);
    const dpop = own.proof();
    expect((await own.refresh(body.refreshToken, {}, { dpop })).status).toBe(200);
    const code = await own.codeFor(browser, ROLE);
    const codeProof = own.proof();
    const redeemed = await own.redeem(code, {}, { dpop: codeProof });
    await broker.restart();
    expectRefused(await own.refresh(body.refreshToken, {}, { dpop }), /used for another request/);
    expect((await own.refresh(body.refreshToken)).status).toBe(200);
    expect((await own.redeem(code, {}, { dpop: codeProof })).status).toBe(401);
    expect((await own.refresh(redeemed.body.refreshToken)).status, 'a code in two places').toBe(401);
  });

  it('D10: may have the id of another key’s proof', async () => {
    const jti = randomUUID();
    const other = new AwsLoginClient(broker, { now });
    const { body } = await other.login(browser, ROLE);
    expect((await refreshBy(client.proof({ claims: { jti } }))).status).toBe(200);
    const dpop = other.proof({ claims: { jti } });
    expect((await other.refresh(body.refreshToken, {}, { dpop })).status).toBe(200);
  });

  it('D10: proves nothing once it is old', async () => {
    const dpop = client.proof();
    expect((await refreshBy(dpop)).status).toBe(200);
    clockOffset = 125_000;
    expectRefused(await refreshBy(dpop), /clock/);
  });

  it('after a fault of AWS is tried anew, and works when AWS does', async () => {
    const dpop = client.proof();
    await setFaults([{ service: 'sts', fault: 'throttle' }]);
    const refused = await refreshBy(dpop);
    expect([refused.body.__type, refused.body.error]).toEqual(['InternalServerException', 'server_error']);
    await setFaults([]);
    const answer = await refreshBy(dpop);
    expect(answer.status).toBe(200);
    expect(recordedFor(broker, answer).map(({ name }) => name)).toContain('credentials.issued');
  });
});
