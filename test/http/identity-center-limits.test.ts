/** What strangers and guessers cannot do to the sign-ins of AWS clients; rows D02 and D06; and device codes off. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser } from '../support/http-browser.ts';
import { IdentityCenterClient, type WireAnswer } from '../support/identity-center-client.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { storedAudit } from '../support/stored-audit.ts';

const MANY = { burst: 1_000_000, perMinute: 1_000_000 };
const FEW = { burst: 5, perMinute: 5 };

let broker: TestBroker;
let passed = 0;

beforeAll(async () => {
  broker = await startTestBroker({
    clock: { now: () => new Date(Date.now() + passed * 1_000) },
    settings: {
      awsClients: { deviceCodes: true },
      rateLimits: {
        signIns: MANY,
        failures: MANY,
        failedClients: MANY,
        clientStarts: { burst: 40, perMinute: 40 },
        userCodes: FEW,
      },
    },
  });
});
afterAll(() => broker.close());

it('D02: after five wrong codes a person is not looked for any more, and later again', async () => {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  const client = await IdentityCenterClient.register(broker.baseUrl);
  const device = await client.device();
  const typed = (code: string) => browser.get(`${broker.baseUrl}/device?user_code=${code}`);
  for (let guess = 0; guess < 5; guess += 1) expect((await typed('BBBB-BBBB')).status).toBe(400);
  expect((await typed('BBBB-BBBB')).status).toBe(429);
  const right = await typed(device.userCode);
  expect([right.status, right.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^[0-9]+$/)]);
  const said = await browser.post(`${broker.baseUrl}/device`, {
    userCode: device.userCode,
    decision: 'approve',
  });
  expect(said.status).toBe(429);
  passed += 60;
  expect((await typed(device.userCode)).status).toBe(200);
});

describe('D06: a flood of registrations and device codes', () => {
  it('is refused beyond the limit, and leaves few rows', async () => {
    const client = await IdentityCenterClient.register(broker.baseUrl);
    const starts = (): number => storedAudit(broker).filter(({ name }) => name === 'client.requested').length;
    const before = starts();
    const flood = await Promise.all(
      Array.from({ length: 200 }, () => client.post('/device_authorization', { startUrl: '' })),
    );
    const refused = flood.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(150);
    expect(refused[0]).toMatchObject({ type: 'TooManyRequestsException' });
    expect(starts() - before).toBe(200 - refused.length);
    const register = (): Promise<WireAnswer> =>
      client.post('/client/register', { clientName: 'flood', clientType: 'public' });
    expect((await register()).status).toBe(429);
    passed += 60;
    expect((await register()).status).toBe(200);
  });
});

it('device codes that are turned off are refused with the other way', async () => {
  const without = await startTestBroker({ settings: { awsClients: { deviceCodes: false } } });
  try {
    const client = await IdentityCenterClient.register(without.baseUrl);
    const answer = await client.post('/device_authorization', {});
    expect(answer).toMatchObject({ status: 400, type: 'UnauthorizedClientException' });
    expect(answer.body['message']).toContain('--use-device-code');
    expect(await client.poll({ deviceCode: 'A'.repeat(43) })).toMatchObject({
      type: 'UnauthorizedClientException',
    });
    const browser = new HttpBrowser();
    await signIn(browser, without, { person: 'erin.engel', connector: 'sandbox-saml' });
    expect((await client.signIn(browser)).tokenType).toBe('Bearer');
  } finally {
    await without.close();
  }
});
