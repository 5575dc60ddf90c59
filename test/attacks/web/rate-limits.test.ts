/** Limits on what strangers may make the broker do: they hold over restarts, and nobody is locked out by others. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SANDBOX_SECRETS } from '../../../src/sandbox/access.ts';
import { HttpBrowser } from '../../support/http-browser.ts';
import { samlAnswer, type SamlAnswer } from '../../support/sign-in-by-hand.ts';
import { signIn, startTestBroker, type TestBroker } from '../../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../../support/stored-audit.ts';
import { ask, type Seen } from './signed-in.ts';

const LIMITS = {
  signIns: { burst: 30, perMinute: 60 },
  failures: { burst: 12, perMinute: 60 },
  failedClients: { burst: 4, perMinute: 60 },
};

let broker: TestBroker;
let clockOffset = 0;
let network = 0;

beforeAll(async () => {
  broker = await startTestBroker({
    settings: { rateLimits: LIMITS, trustedProxies: ['127.0.0.1'] },
    clock: { now: () => new Date(Date.now() + clockOffset) },
  });
});
afterAll(() => broker.close());
beforeEach(() => {
  network += 1;
  clockOffset = 0;
});

/** Addresses of this test's own: no test sees what another one took. */
const here = (): string => `198.51.${network}.1`;
const elsewhere = (): string => `198.51.${network}.2`;

/** As the proxy in front says it. */
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });

function start(address: string): Promise<Seen> {
  return ask(broker, '/sign-in/sandbox-saml', { headers: from(address) });
}

function token(address: string, id: string, secret: string): Promise<Seen> {
  return ask(broker, '/api/oauth/token', {
    method: 'POST',
    headers: { ...from(address), authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
}

const CLIENT = 'billing-report';
const SECRET = SANDBOX_SECRETS[CLIENT];

async function statuses(count: number, send: () => Promise<Seen>): Promise<readonly number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index += 1) seen.push((await send()).status);
  return seen;
}

function expectTooMany(answer: Seen): void {
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.getSetCookie()).toEqual([]);
}

describe('sign-ins that one address starts', () => {
  it('are as many as an office needs, and then refused with when to come again', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => start(here())));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(30);
    for (const refused of answers.filter(({ status }) => status !== 303)) {
      expectTooMany(refused);
      expect(refused.code).toBe('request.too_many');
    }
  });

  it('leave others alone', async () => {
    await statuses(40, () => start(here()));
    expectTooMany(await start(here()));
    expect((await start(elsewhere())).status).toBe(303);
    const browser = new HttpBrowser();
    expect((await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' })).status).toBe(
      200,
    );
  });

  it('are refused after a restart as before', async () => {
    await statuses(31, () => start(here()));
    await broker.restart();
    expectTooMany(await start(here()));
    expect((await start(elsewhere())).status).toBe(303);
  });

  it('are started again when it has waited', async () => {
    await statuses(31, () => start(here()));
    clockOffset += 11_000;
    expect((await start(here())).status).toBe(303);
  });

  it('are not held up by a clock that was set back', async () => {
    await statuses(31, () => start(here()));
    clockOffset -= 86_400_000;
    expect((await start(here())).status).toBe(303);
    await broker.restart();
    expect((await start(here())).status).toBe(303);
  });

  it('W07: are counted by the address that the proxy saw, whatever a client says', async () => {
    const forged = (index: number): Promise<Seen> =>
      ask(broker, '/sign-in/sandbox-saml', {
        headers: {
          'x-forwarded-for': `192.0.2.${index}, ${here()}`,
          'x-real-ip': `192.0.2.${index}`,
          'x-client-ip': `192.0.2.${index}`,
          x_forwarded_for: `192.0.2.${index}`,
          forwarded: `for=192.0.2.${index}`,
          'cf-connecting-ip': `192.0.2.${index}`,
        },
      });
    for (let index = 0; index < 31; index += 1) await forged(index);
    expectTooMany(await forged(99));
    expect((await start('192.0.2.1')).status).toBe(303);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:51234', '192.0.2.7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['unknown', '127.0.0.1'],
    ['_hidden', '127.0.0.1'],
    ['"><script>', '127.0.0.1'],
    ['1.2.3.4.5', '127.0.0.1'],
    [`${'127.0.0.1, '.repeat(1_000)}192.0.2.7`, '192.0.2.7'],
    ['x'.repeat(10_000), '127.0.0.1'],
  ])(
    'W07: are recorded by an address and nothing else, whatever a proxy says: %#',
    async (said, recorded) => {
      const answer = await ask(broker, '/oidc/sandbox-oidc/callback?code=x&state=y', { headers: from(said) });
      expect(recordedFor(broker, answer)).toMatchObject([{ origin: { sourceIp: recorded } }]);
    },
  );

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:3::1'],
    ['2001:DB8::7', '2001:db8:0:0:1::8', '2001:db8:0:1::7'],
    ['::ffff:203.0.113.4', '203.0.113.4', '::ffff:203.0.113.5'],
  ])('count an IPv6 network as one: %s and %s', async (one, same, other) => {
    await statuses(31, () => start(one));
    expectTooMany(await start(same));
    expect((await start(other)).status).toBe(303);
  });
});

describe('wrong secrets', () => {
  it('for one application from one address are looked at a few times', async () => {
    expect(await statuses(6, () => token(here(), CLIENT, 'wrong'))).toEqual([401, 401, 401, 401, 429, 429]);
    const refused = await token(here(), CLIENT, SECRET);
    expectTooMany(refused);
    expect(JSON.parse(refused.text)).toMatchObject({ error: 'temporarily_unavailable' });
  });

  it('lock neither the application out elsewhere nor other applications there', async () => {
    await statuses(6, () => token(here(), CLIENT, 'wrong'));
    expect((await token(elsewhere(), CLIENT, SECRET)).status).toBe(200);
    expect((await token(here(), 'no-such-client', 'x')).status).toBe(401);
  });

  it('are counted over a restart', async () => {
    await statuses(6, () => token(here(), CLIENT, 'wrong'));
    await broker.restart();
    expect((await token(here(), CLIENT, 'wrong')).status).toBe(429);
    expect((await token(here(), CLIENT, SECRET)).status).toBe(429);
  });

  it('are forgiven in time', async () => {
    await statuses(6, () => token(here(), CLIENT, 'wrong'));
    clockOffset += 2_000;
    expect((await token(here(), CLIENT, SECRET)).status).toBe(200);
  });

  it('for ever new names are refused by their address, and recorded no longer', async () => {
    let index = 0;
    const seen = await statuses(40, () => token(here(), `client-${(index += 1)}`, 'x'));
    expect(seen.filter((status) => status === 401)).toHaveLength(12);
    expect(seen.slice(12).every((status) => status === 429)).toBe(true);
    // A known application there goes on all the same.
    expect((await token(here(), CLIENT, SECRET)).status).toBe(200);
  });
});

describe('answers that fail', () => {
  const JUNK = { SAMLResponse: btoa('<junk/>'), RelayState: 'x'.repeat(43) };

  function answer(fields: Readonly<Record<string, string>>, cookie = ''): Promise<Seen> {
    const body = new URLSearchParams(fields);
    return ask(broker, '/saml/sandbox-saml/acs', {
      method: 'POST',
      headers: { ...from(here()), cookie },
      body,
    });
  }

  /** What the identity provider says of Erin, and the cookie of the browser that asked for it. */
  async function genuineAnswer(): Promise<{
    cookie: string;
    fields: Pick<SamlAnswer, 'SAMLResponse' | 'RelayState'>;
  }> {
    const browser = new HttpBrowser();
    const visit = { connector: 'sandbox-saml', person: 'erin.engel' };
    const { SAMLResponse, RelayState } = await samlAnswer(browser, broker, visit);
    const flow = browser.cookiesOf(broker.baseUrl).get('daypass-flow') ?? '';
    return { cookie: `daypass-flow=${flow}`, fields: { SAMLResponse, RelayState } };
  }

  async function overLimit(): Promise<void> {
    expect(await statuses(13, () => answer(JUNK))).toEqual([...Array<number>(12).fill(403), 429]);
  }

  it('are refused with a reason, then for their number alone, and recorded no longer', async () => {
    const refused = await Promise.all(Array.from({ length: 40 }, () => answer(JUNK)));
    const explained = refused.filter(({ status }) => status === 403);
    expect(explained.map(({ code }) => code)).toEqual(Array<string>(12).fill('saml.no_flow'));
    for (const other of refused.filter(({ status }) => status !== 403)) {
      expectTooMany(other);
      expect(other.code).toBe('request.too_many');
    }
    const records = storedAudit(broker).filter(({ origin }) => origin.sourceIp === here());
    expect(records.map(({ name }) => name)).toEqual(Array<string>(12).fill('sign-in.denied'));
  });

  it('of OpenID and of logouts count as well', async () => {
    const callback = '/oidc/sandbox-oidc/callback?code=x&state=y';
    const logout = '/oidc/sandbox-oidc/backchannel-logout';
    const body = new URLSearchParams({ logout_token: 'x.y.z' });
    expect(await statuses(6, () => ask(broker, callback, { headers: from(here()) }))).not.toContain(429);
    const send = (): Promise<Seen> => ask(broker, logout, { method: 'POST', headers: from(here()), body });
    expect(await statuses(6, send)).toEqual(Array<number>(6).fill(400));
    expectTooMany(await send());
    expectTooMany(await ask(broker, callback, { headers: from(here()) }));
    expectTooMany(await ask(broker, '/saml/sandbox-saml/logout?SAMLRequest=x', { headers: from(here()) }));
  });

  it('lock nobody out: the next one’s genuine sign-in from the same address works', async () => {
    await overLimit();
    const before = await statuses(3, () => answer(JUNK));
    expect(before).toEqual([429, 429, 429]);
    const { cookie, fields } = await genuineAnswer();
    const answered = await answer(fields, cookie);
    expect([answered.status, answered.headers.get('location')]).toEqual([303, '/']);
    expect(answered.headers.getSetCookie().join()).toContain('daypass-session=');
  });

  it('end the sign-in that they answer, and that one alone, once their address has sent too many', async () => {
    await overLimit();
    const spoilt = await genuineAnswer();
    expectTooMany(await answer({ ...JUNK, RelayState: spoilt.fields.RelayState }, spoilt.cookie));
    expectTooMany(await answer(spoilt.fields, spoilt.cookie));
    const other = await genuineAnswer();
    expect((await answer(other.fields, other.cookie)).status).toBe(303);
  });

  it('are counted over a restart', async () => {
    await overLimit();
    await broker.restart();
    expect((await answer(JUNK)).status).toBe(429);
  });
});
