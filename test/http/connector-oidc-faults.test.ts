import { gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorNotice } from '../../src/connectors/connector-environment.ts';
import { connectorSchema } from '../../src/core/catalogue.ts';
import { followsProvider } from '../../src/connectors/connector.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { openConnectorDoor, type ConnectorDoor } from '../support/connector-door.ts';
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../support/fake-openid-provider.ts';

describe('an OpenID connector with a faulty provider', () => {
  let provider: FakeOpenIdProvider;
  let door: ConnectorDoor;
  const notices: ConnectorNotice[] = [];

  beforeEach(async () => {
    notices.length = 0;
    provider = await startFakeOpenIdProvider('ES256');
    door = await openDoor();
  });

  afterEach(async () => {
    await door.close();
    await provider.close();
  });

  function openDoor(settings: object = {}, allowHttp = true): Promise<ConnectorDoor> {
    const common = { kind: 'oidc', id: 'corp', label: 'Corp', clientId: 'daypass' };
    const parsed = connectorSchema.parse({ ...common, issuer: provider.issuer, ...settings });
    return openConnectorDoor({
      create: (environment) => createConnector(parsed, environment),
      allowHttp,
      report: (notice) => notices.push(notice),
    });
  }

  async function startFails(target = door): Promise<string> {
    const answer = await fetch(`${target.baseUrl}/start`, { redirect: 'manual' });
    return ((await answer.json()) as { code: string }).code;
  }

  const json = (response: ServerResponse, status: number, body: string): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['500', (response) => json(response, 500, '{"error":"server_error"}'), 'idp.unavailable'],
    [
      '500 that says invalid_grant',
      (response) => json(response, 500, '{"error":"invalid_grant"}'),
      'idp.unavailable',
    ],
    ['401', (response) => json(response, 401, '{"error":"invalid_client"}'), 'idp.unavailable'],
    [
      'a challenge',
      (response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
      'idp.unavailable',
    ],
    [
      'HTML',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'idp.unavailable',
    ],
    [
      'a member that stands twice',
      (response) =>
        json(response, 200, '{"access_token":"a","token_type":"bearer","id_token":"a","id_token":"b"}'),
      'idp.unavailable',
    ],
    ['broken JSON', (response) => json(response, 200, '{'), 'idp.unavailable'],
    ['JSON that is no object', (response) => json(response, 200, 'null'), 'idp.unavailable'],
    [
      'no ID token',
      (response) => json(response, 200, '{"access_token":"a","token_type":"bearer"}'),
      'idp.unavailable',
    ],
    ['204', (response) => response.writeHead(204).end(), 'idp.unavailable'],
    [
      'a redirect',
      (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
      'idp.unavailable',
    ],
    ['a reset', (response) => response.destroy(), 'idp.unavailable'],
    [
      'an early end',
      (response) => response.writeHead(200, { 'content-length': '99' }).destroy(),
      'idp.unavailable',
    ],
    ['a gzip bomb', (response) => bomb(response), 'idp.unavailable'],
    ['50 MB', (response) => flood(response), 'idp.unavailable'],
    [
      'a token of another type',
      (response) => json(response, 200, '{"access_token":"a","token_type":"mac","id_token":"a.b.c"}'),
      'idp.unavailable',
    ],
  ])('O21: a token endpoint that answers with %s is a fault of the provider', async (_name, handle, code) => {
    const outcome = await door.callback(provider.approve(await door.start(), { handle }));
    expect(outcome).toMatchObject({ status: 400, code });
    expect(provider.tokenRequests).toHaveLength(1);
    expect(provider.reads.other).toEqual([]);
    expect((await door.callback(provider.approve(await door.start()))).status).toBe(200);
  });

  it('O21: a token endpoint that hangs, or whose answer drips, is given up after five seconds', async () => {
    const silent = { handle: () => undefined };
    const dripping = {
      handle: (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 200);
        response.on('close', () => clearInterval(timer));
      },
    };
    const started = performance.now();
    const answers = [
      provider.approve(await door.start(), silent),
      provider.approve(await door.start(), dripping),
    ];
    const outcomes = await Promise.all(answers.map((answer) => door.callback(answer)));
    expect(outcomes.map(({ code }) => code)).toEqual(['idp.timeout', 'idp.timeout']);
    expect(performance.now() - started).toBeLessThan(8_000);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['calls itself by another issuer', { issuer: 'https://other.example' }],
    ['has no issuer', { issuer: undefined }],
    ['has no token endpoint', { token_endpoint: undefined }],
    ['has an endpoint that is no address', { jwks_uri: 'keys' }],
    ['has an endpoint of another scheme', { token_endpoint: 'file:///etc/passwd' }],
    ['has an endpoint at a metadata service', { token_endpoint: 'https://169.254.169.254/latest/api/token' }],
    ['has an endpoint at another address of this machine', { jwks_uri: 'http://127.0.0.2/keys' }],
    ['has an endpoint at an address in disguise', { jwks_uri: 'http://2130706434/keys' }],
    ['has an endpoint at an address of IPv6', { token_endpoint: 'https://[::1]/token' }],
    ['has an endpoint at this machine by name', { authorization_endpoint: 'https://x.localhost/authorize' }],
    ['has an endpoint in a private network', { token_endpoint: 'https://10.0.0.1/token' }],
    ['has an endpoint with a password in it', { authorization_endpoint: 'http://a:b@127.0.0.1/authorize' }],
  ])('O17: a discovery document that %s is refused, and a mended one works', async (_name, discovery) => {
    provider.discovery = discovery;
    expect(await startFails()).toBe('idp.unavailable');
    provider.discovery = {};
    expect((await door.callback(provider.approve(await door.start()))).status).toBe(200);
  });

  it('O17: endpoints on other hosts that have a name are a provider’s own affair', async () => {
    provider.discovery = { authorization_endpoint: 'https://accounts.example/authorize' };
    expect((await door.start()).origin).toBe('https://accounts.example');
  });

  it('O17: an issuer that differs by a slash is another issuer', async () => {
    const slashed = await openDoor({ issuer: `${provider.issuer}/` });
    expect(await startFails(slashed)).toBe('idp.unavailable');
    await slashed.close();
  });

  it('O17: plain http is refused where the environment does not allow it', async () => {
    const strict = await openDoor({}, false);
    expect(await startFails(strict)).toBe('idp.unavailable');
    expect(provider.reads.discovery).toBe(0);
    await strict.close();
  });

  it('reads discovery once for everybody, and keeps the last good document while the provider is broken', async () => {
    await Promise.all([door.start(), door.start(), door.start()]);
    expect(provider.reads.discovery).toBe(1);
    provider.discovery = { issuer: 'https://other.example' };
    door.shiftClock(3_700_000);
    await door.start();
    await door.start();
    expect(provider.reads.discovery).toBe(2);
  });

  it('tells once that the keys cannot be read, and once that the provider cannot', async () => {
    const anHourLater = async (): Promise<void> => {
      door.shiftClock(3_700_000);
      if (followsProvider(door.connector)) await door.connector.refreshDue();
    };
    await anHourLater();
    expect(notices).toEqual([]);
    provider.keySet = { keys: 'none' };
    await anHourLater();
    await anHourLater();
    provider.discovery = { issuer: 'https://other.example' };
    await anHourLater();
    await anHourLater();
    expect(notices).toEqual([
      { connectorId: 'corp', kind: 'refresh-failed', detail: expect.stringContaining('key set') as string },
      { connectorId: 'corp', kind: 'refresh-failed', detail: expect.stringContaining('discovery') as string },
    ]);
  });

  it('O18: keys that are no key set are a fault of the provider, and heal', async () => {
    provider.keySet = { keys: 'none' };
    expect((await door.callback(provider.approve(await door.start()))).code).toBe('idp.unavailable');
    provider.keySet = { keys: Array.from({ length: 10_000 }, () => ({})) };
    expect((await door.callback(provider.approve(await door.start()))).code).toBe('idp.unavailable');
    provider.keySet = undefined;
    expect((await door.callback(provider.approve(await door.start()))).status).toBe(200);
  });

  it('O18: a key that the provider no longer publishes is refused once the keys were read again', async () => {
    expect((await door.callback(provider.approve(await door.start()))).status).toBe(200);
    provider.keySet = { keys: [] };
    door.shiftClock(3_700_000);
    const later = Math.floor(Date.now() / 1_000) + 3_700;
    const claims = { iat: later, exp: later + 60 };
    expect((await door.callback(provider.approve(await door.start(), { claims }))).code).toBe(
      'oidc.signature',
    );
  });

  it('O18: cached keys stand in for a provider that is down, for a day and no longer', async () => {
    expect((await door.callback(provider.approve(await door.start()))).status).toBe(200);
    provider.keySet = { keys: 'none' };
    const signInAt = async (hours: number): Promise<string | undefined> => {
      const time = Math.floor(Date.now() / 1_000) + hours * 3_600;
      const claims = { iat: time, exp: time + 300, auth_time: time };
      return (await door.callback(provider.approve(await door.start(), { claims }))).code;
    };
    door.shiftClock(23 * 3_600_000);
    expect(await signInAt(23)).toBeUndefined();
    door.shiftClock(2 * 3_600_000);
    expect(await signInAt(25)).toBe('idp.unavailable');
  });

  it('O18: a new key without a kid, just before signing, is found', async () => {
    const anonymous = (): object => {
      const { kid, ...key } = provider.key().publicJwk;
      expect(kid).toBeDefined();
      return { keys: [key] };
    };
    const recipe = { header: { kid: undefined } };
    provider.keySet = anonymous();
    expect((await door.callback(provider.approve(await door.start(), recipe))).status).toBe(200);
    await provider.rotate();
    expect((await door.callback(provider.approve(await door.start(), recipe))).code).toBe('oidc.signature');
    provider.keySet = anonymous();
    door.shiftClock(11_000);
    expect((await door.callback(provider.approve(await door.start(), recipe))).status).toBe(200);
  });

  it('O18: a key set’s odd entries do not spoil the others', async () => {
    const odd = [null, 7, {}, { kty: 'oct', k: 'AA' }, { kty: 'new', kid: 'x' }, { kty: 'EC', crv: 'P-999' }];
    provider.keySet = { keys: [...odd, provider.key().publicJwk] };
    expect((await door.callback(provider.approve(await door.start()))).status).toBe(200);
  });

  it('O18: a key for encryption verifies nothing', async () => {
    provider.keySet = { keys: [{ ...provider.key().publicJwk, use: 'enc' }] };
    expect((await door.callback(provider.approve(await door.start()))).code).toBe('oidc.signature');
  });

  it('O18: two keys without a kid are ambiguous, one is not', async () => {
    const { kid, ...anonymous } = provider.key().publicJwk;
    expect(kid).toBeDefined();
    provider.keySet = { keys: [anonymous] };
    const recipe = { header: { kid: undefined } };
    expect((await door.callback(provider.approve(await door.start(), recipe))).status).toBe(200);
    const second = await openDoor();
    provider.keySet = { keys: [anonymous, { ...anonymous, e: 'AQAB' }] };
    expect((await second.callback(provider.approve(await second.start(), recipe))).code).toBe(
      'oidc.signature',
    );
    await second.close();
  });
});

function bomb(response: ServerResponse): void {
  const body = gzipSync(Buffer.alloc(20_000_000, ' '));
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
}

function flood(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.on('error', () => undefined);
  let left = 50;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(Buffer.alloc(1_000_000, ' '))) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}
