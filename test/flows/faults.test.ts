/** An STS that fails, behind the whole broker: what each fault comes to at the doors, on the record, and beside it. */
import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import {
  startFakeSts,
  stsRefusal,
  stsReply,
  type FakeSts,
  type FakeStsCall,
  type FakeStsReply,
} from '../support/fake-sts.ts';
import { startFaultProxy, type Fault, type FaultProxy } from '../support/fault-proxy.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import type { HandedOut } from '../support/sandbox-aws.ts';
import { codeOn } from '../support/sign-in-by-hand.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

/** Signed with a key, not signed: each operation of a role session. */
const ROLE = 'production-ec2-operator';
const SECRET = 'Canary/Secret+Access/Key';

let broker: TestBroker;
let sts: FakeSts;
let erin: ApiClient;
let browser: HttpBrowser;

beforeAll(async () => {
  sts = await startFakeSts();
  broker = await startTestBroker({ settings: { aws: { endpoints: { sts: sts.url } } } });
  ({ browser, client: erin } = await signedIn());
});
afterAll(() => Promise.all([broker.close(), sts.close()]));
afterEach(() => {
  sts.reply = undefined;
});

async function signedIn(): Promise<{ readonly browser: HttpBrowser; readonly client: ApiClient }> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  return { browser, client: ApiClient.ofBrowser(browser, broker.baseUrl) };
}

/** STS's own answer, but for what the test changes; its secret is one that can be searched for. */
function answers(changes: Parameters<typeof stsReply>[1] = {}) {
  return (call: FakeStsCall) => stsReply(call, { secretAccessKey: SECRET, ...changes });
}

function body(text: string, status = 200): FakeStsReply {
  return { status, body: text };
}

interface Expected {
  readonly status: number;
  readonly code: string;
  readonly retryAfter?: boolean;
}

/** What holds for every fault: nothing leaves, it is on the record, and AWS's words stay here. */
function expectNothingLeft(answer: ApiAnswer<HandedOut>, expected: Expected): void {
  const { status, code, retryAfter = status === 503 } = expected;
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  const members = Object.keys(answer.body).filter((name) => name !== 'steps');
  expect(members.toSorted()).toEqual(['code', 'requestId', 'status', 'title', 'type']);
  expect(JSON.stringify(answer.body)).not.toMatch(/Canary|ASIA|sts\.amazonaws/);
  // What Daypass itself says of the role's steps may name the role.
  expect(JSON.stringify({ ...answer.body, steps: [] })).not.toContain('arn:aws');
  const wait = answer.headers.get('retry-after');
  if (retryAfter) expect(Number(wait)).toBeGreaterThan(0);
  expect(recordedFor(broker, answer)).toMatchObject([
    { name: 'credentials.requested', detail: { role: ROLE } },
    { name: 'credentials.failed', detail: { role: ROLE, reason: code } },
  ]);
}

describe('an STS that answers wrongly', () => {
  const BAD = { status: 502, code: 'sts.bad_response' };
  const REFUSED = { status: 502, code: 'sts.refused' };
  const PAST = new Date(Date.now() - 3_600_000).toISOString();
  const FAR = new Date(Date.now() + 30 * 86_400_000).toISOString();

  it.each<readonly [string, (call: FakeStsCall) => FakeStsReply, Expected]>([
    [
      'T01: throttles',
      () => stsRefusal('Throttling', 'Rate exceeded'),
      { status: 503, code: 'sts.throttled' },
    ],
    [
      'T01: answers 429 from something in between',
      () => body('slow down', 429),
      { status: 503, code: 'sts.throttled' },
    ],
    [
      'T03: breaks the connection',
      () => (response) => response.destroy(),
      { status: 503, code: 'sts.unavailable' },
    ],
    ['T03: answers 503', () => body('<html>503</html>', 503), { status: 503, code: 'sts.unavailable' }],
    [
      'T03: has an internal failure',
      () => stsRefusal('InternalFailure', 'x', { status: 500 }),
      { status: 503, code: 'sts.unavailable' },
    ],
    ['T04: answers with nothing', () => body(''), BAD],
    ['T04: answers with a page', () => body('<html><body>Welcome</body></html>'), BAD],
    ['T04: answers with JSON', () => body('{"Credentials":{}}'), BAD],
    ['T04: answers 404', () => body('not here', 404), BAD],
    [
      'T04: answers 302',
      () => ({ status: 302, body: '', headers: { location: 'http://evil.example/' } }),
      BAD,
    ],
    ['T04: leaves the secret out', answers({ secretAccessKey: '' }), BAD],
    ['T04: leaves the session token out', answers({ sessionToken: '' }), BAD],
    ['T04: leaves the expiration out', answers({ expiration: '' }), BAD],
    ['T04: expired an hour ago', answers({ expiration: PAST }), BAD],
    ['T04: expires in a month', answers({ expiration: FAR }), BAD],
    ['T04: expires at no time', answers({ expiration: 'tomorrow' }), BAD],
    [
      'T04: gives another role’s session',
      answers({ arn: 'arn:aws:sts::444455556666:assumed-role/Admin/erin' }),
      BAD,
    ],
    [
      'T04: gives somebody else’s session',
      answers({ arn: 'arn:aws:sts::444455556666:assumed-role/Ec2Operator/priya' }),
      BAD,
    ],
    ['T04: drops the source identity', answers({ sourceIdentity: '' }), BAD],
    ['T04: gives a secret that a shell would run', answers({ secretAccessKey: 'x$(id)`id`\n' }), BAD],
    ['T05: is not well-formed', () => body('<AssumeRoleResponse><Cred'), BAD],
    ['T05: declares entities', (call) => body(`<!DOCTYPE a [<!ENTITY b "c">]>${stsReply(call).body}`), BAD],
    [
      'T06: denies access',
      () => stsRefusal('AccessDenied', 'User: arn:aws:iam::1:user/x is not authorized', { status: 403 }),
      REFUSED,
    ],
    [
      'T06: has no such region',
      () => stsRefusal('RegionDisabledException', 'STS is not activated', { status: 403 }),
      REFUSED,
    ],
    [
      'T06: dislikes the policy',
      () => stsRefusal('MalformedPolicyDocument', 'arn:aws:x'),
      { status: 400, code: 'session_policy.malformed' },
    ],
    [
      'T06: finds the policy too large',
      () => stsRefusal('PackedPolicyTooLarge', '107%'),
      { status: 400, code: 'session_policy.malformed' },
    ],
    ['T06: says what nobody knows', () => stsRefusal('BrandNewRefusal', 'arn:aws:x'), REFUSED],
    [
      'T10: knows our key no more',
      () => stsRefusal('InvalidClientTokenId', 'arn:aws:x', { status: 403 }),
      { status: 503, code: 'broker.credentials', retryAfter: false },
    ],
    [
      'T10: finds our session expired',
      () => stsRefusal('ExpiredToken', 'x', { status: 403 }),
      { status: 503, code: 'broker.credentials', retryAfter: false },
    ],
  ])('%s: nothing leaves, by the API or on a page, and it heals', async (_what, reply, expected) => {
    sts.reply = reply;
    const address = `${broker.baseUrl}/roles/${ROLE}`;
    const [answer, ...pages] = await Promise.all([
      erin.credentials(ROLE),
      browser.post(`${address}/credentials`, {}),
      browser.post(`${address}/console`, {}),
    ]);
    expectNothingLeft(answer, expected);
    for (const page of pages) {
      expect([page.status, codeOn(page)]).toEqual([expected.status, expected.code]);
      expect(page.text).not.toMatch(/Canary|Welcome|BrandNewRefusal|Rate exceeded/);
    }
    sts.reply = undefined;
    expect((await erin.credentials(ROLE)).status).toBe(200);
  });

  it('T01: passes on how long to wait', async () => {
    sts.reply = () => stsRefusal('Throttling', 'Rate exceeded', { headers: { 'retry-after': '17' } });
    const answers = await Promise.all([
      erin.credentials(ROLE),
      browser.post(`${broker.baseUrl}/roles/${ROLE}/credentials`, {}),
    ]);
    for (const { headers } of answers) expect(headers.get('retry-after')).toBe('17');
  });

  it('T01: asks no more than twice', async () => {
    sts.reply = () => stsRefusal('Throttling', 'Rate exceeded');
    const before = sts.calls.length;
    await erin.credentials(ROLE);
    expect(sts.calls.length - before).toBe(2);
  });

  it('T05: is cut off after a megabyte', async () => {
    let sent = 0;
    sts.reply = () => (response) => {
      response.writeHead(200, { 'content-type': 'text/xml' });
      const chunk = Buffer.alloc(65_536, 0x20);
      const more = (): void => {
        while (!response.destroyed && sent < 200 * 1_048_576) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    expectNothingLeft(await erin.credentials(ROLE), BAD);
    expect(sent).toBeLessThan(20 * 1_048_576);
  });
});

describe('T02: an STS that does not answer in time', () => {
  const TIMEOUT = { status: 504, code: 'sts.timeout' };

  it.each<readonly [string, (call: FakeStsCall) => FakeStsReply]>([
    ['says nothing', () => () => undefined],
    [
      'dribbles',
      () => (response) => {
        response.writeHead(200, { 'content-type': 'text/xml' }).write('<AssumeRoleResponse>');
        const timer = setInterval(() => response.write(' '), 200);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ])('%s: is given up within nine seconds, while everything else goes on', async (_what, reply) => {
    sts.reply = reply;
    const started = performance.now();
    const waiting = Array.from({ length: 20 }, () => erin.credentials(ROLE));
    while (sts.calls.length === 0) await sleep(10);

    const beside = performance.now();
    const other = await signedIn();
    expect((await other.browser.get(broker.baseUrl)).text).toContain('Your roles');
    expect((await other.client.get('/api/v1/roles')).status).toBe(200);
    expect(await statusOf('/readyz')).toBe(200);
    expect(performance.now() - beside).toBeLessThan(3_000);

    for (const answer of await Promise.all(waiting)) expectNothingLeft(answer, TIMEOUT);
    expect(performance.now() - started).toBeLessThan(9_000);
    sts.reply = undefined;
    // So many silent calls have opened the circuit, which tries again after a moment.
    await expect.poll(async () => (await erin.credentials(ROLE)).status, { timeout: 10_000 }).toBe(200);
  });
});

async function statusOf(path: string): Promise<number> {
  return (await fetch(broker.baseUrl + path)).status;
}

describe('T07: clocks that differ', () => {
  it('count by AWS’s own: its expiration is passed on as it is', async () => {
    const ahead = Date.now() + 10 * 60_000;
    const expiration = new Date(ahead + 3_600_000).toISOString();
    sts.reply = (call) => ({
      ...stsReply(call, { expiration }),
      headers: { date: new Date(ahead).toUTCString() },
    });
    const { status, body } = await erin.credentials(ROLE, { durationSeconds: 3_600 });
    expect(status).toBe(200);
    expect(Date.parse(body.expiresAt)).toBe(Date.parse(expiration));
  });
});

describe('T08: an answer that reaches nobody', () => {
  it('is on the record, under the name that AWS’s logs have', async () => {
    const from = storedAudit(broker).length;
    let answer: () => void = () => undefined;
    sts.reply = (call) => (response) => {
      answer = () => response.end(stsReply(call).body);
    };
    const before = sts.calls.length;
    const leaving = new AbortController();
    const asked = fetch(`${broker.baseUrl}/api/v1/roles/${ROLE}/credentials`, {
      method: 'POST',
      headers: { cookie: cookiesOf(browser), 'sec-fetch-site': 'same-origin' },
      signal: leaving.signal,
    });
    asked.catch(() => undefined);
    while (sts.calls.length === before) await sleep(5);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    answer();
    await expect.poll(() => storedAudit(broker).at(-1)?.name).toBe('credentials.issued');
    const [requested, issued] = storedAudit(broker, from);
    const name = sts.calls.at(-1)?.parameters.get('RoleSessionName');
    expect(requested).toMatchObject({ name: 'credentials.requested', detail: { sessionName: name } });
    expect(issued).toMatchObject({ detail: { sessionName: name, issue: requested?.detail['issue'] } });
  });
});

function cookiesOf(of: HttpBrowser): string {
  return [...of.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
}

describe('T09: what a request says of regions and addresses', () => {
  it.each([
    [{ region: 'x@127.0.0.1:1/' }, ''],
    [{ endpoint: 'http://evil.example' }, ''],
    [{ roleArn: 'arn:aws:iam::444455556666:role/Admin' }, ''],
    [{}, '?region=us-gov-west-1&endpoint=http://evil.example'],
  ])('chooses nothing: %j%s', async (wish, query) => {
    const before = sts.calls.length;
    const { status } = await erin.post(`/api/v1/roles/${ROLE}/credentials${query}`, wish);
    const calls = sts.calls.slice(before);
    if (query === '') expect([status, calls]).toEqual([400, []]);
    else {
      expect(status).toBe(200);
      expect(calls[0]?.parameters.get('RoleArn')).toBe('arn:aws:iam::444455556666:role/Ec2Operator');
      expect(calls[0]?.headers.authorization).toContain('/us-east-1/sts/aws4_request');
    }
  });
});

describe('T10: the broker’s own key file', () => {
  const UNUSABLE = { status: 503, code: 'broker.credentials', retryAfter: false };

  function keyFile(): string {
    const source = broker.daypass.config.credentialSources.get('tools-broker');
    return source?.kind === 'key-file' ? source.file : expect.fail('the sandbox signs with a key file');
  }

  afterEach(async () => {
    await rename(`${keyFile()}.kept`, keyFile());
    // A file that changed is looked at again within a second.
    await expect.poll(async () => (await erin.credentials(ROLE)).status, { timeout: 5_000 }).toBe(200);
  });

  it.each([
    ['is gone', undefined],
    ['is empty', ''],
    ['holds something else', 'AKIA: not json'],
    ['holds half of what it must', '{"Version":1,"AccessKeyId":"AKIAAAAAAAAAAAAAAAAA"}'],
    [
      'holds a key of another kind',
      JSON.stringify({ Version: 1, AccessKeyId: 'x y', SecretAccessKey: 'CanarySecret' }),
    ],
    [
      'holds a session that ended',
      JSON.stringify({
        Version: 1,
        AccessKeyId: 'ASIAAAAAAAAAAAAAAAAA',
        SecretAccessKey: 'CanarySecret',
        SessionToken: 'CanaryToken',
        Expiration: '2020-01-01T00:00:00Z',
      }),
    ],
  ])('%s: nothing is asked of AWS with it, other roles go on, and it heals', async (_what, content) => {
    await rename(keyFile(), `${keyFile()}.kept`);
    if (content !== undefined) await writeFile(keyFile(), content);
    await sleep(1_050);
    const before = sts.calls.length;
    expectNothingLeft(await erin.credentials(ROLE), UNUSABLE);
    expect(sts.calls.length).toBe(before);
    const page = await browser.post(`${broker.baseUrl}/roles/${ROLE}/credentials`, {});
    expect(page.text).toContain('An administrator has to renew them');
    expect(page.text).not.toMatch(/Canary|credentials\.json|\.kept/);
    expect((await erin.credentials('development-developer')).status).toBe(200);
  });
});

describe('A08: a session that ends while AWS is being asked', () => {
  it.each(['credentials', 'console-url'])('is handed no %s', async (form) => {
    const { browser: leaving, client } = await signedIn();
    let answer: () => void = () => undefined;
    sts.reply = (call) => (response) => {
      answer = () => response.end(answers()(call).body);
    };
    const before = sts.calls.length;
    const asked = client.post<HandedOut>(`/api/v1/roles/${ROLE}/${form}`);
    while (sts.calls.length === before) await sleep(5);
    const out = await leaving.send(`${broker.baseUrl}/sign-out`, { method: 'POST', from: broker.baseUrl });
    expect(out.status).toBe(303);
    answer();
    expectNothingLeft(await asked, { status: 401, code: 'session.ended' });
  });
});

describe('the federation endpoint', () => {
  let proxy: FaultProxy;
  let consoleBroker: TestBroker;

  beforeAll(async () => {
    proxy = await startFaultProxy();
    consoleBroker = await startTestBroker({
      settings: { aws: { endpoints: { federation: `${proxy.url}/federation` } } },
    });
    proxy.port = consoleBroker.daypass.config.sandbox?.awsPort ?? 0;
  });
  afterAll(() => Promise.all([consoleBroker.close(), proxy.close()]));
  afterEach(() => {
    proxy.fault = () => 'pass';
  });

  async function signedInThere(): Promise<{ readonly browser: HttpBrowser; readonly client: ApiClient }> {
    const there = new HttpBrowser();
    await signIn(there, consoleBroker, { person: 'erin.engel', connector: 'sandbox-saml' });
    return { browser: there, client: ApiClient.ofBrowser(there, consoleBroker.baseUrl) };
  }

  const CONSOLE = '/api/v1/roles/development-developer/console-url';

  it.each<readonly [string, Fault, string]>([
    ['breaks off', 'reset', 'federation.unavailable'],
    ['does not answer', 'hang', 'federation.unavailable'],
    ['answers 500', { status: 500, body: 'SigninToken=CanaryToken' }, 'federation.unavailable'],
    ['answers with a page', { status: 200, body: '<html>CanaryToken</html>' }, 'federation.unavailable'],
    ['answers with no token', { status: 200, body: '{}' }, 'federation.unavailable'],
  ])('that %s lets nothing out and heals', async (_what, fault, code) => {
    const { client } = await signedInThere();
    proxy.fault = () => fault;
    const started = performance.now();
    const answer = await client.post(CONSOLE);
    expect([answer.status, answer.body.code]).toEqual([502, code]);
    expect(JSON.stringify(answer.body)).not.toContain('Canary');
    expect(performance.now() - started).toBeLessThan(9_000);
    expect(recordedFor(consoleBroker, answer).map(({ name }) => name)).toEqual([
      'credentials.requested',
      'credentials.issued',
      'console-url.failed',
    ]);
    proxy.fault = () => 'pass';
    expect((await client.post(CONSOLE)).status).toBe(200);
  });

  it('A08: is asked for nobody’s sake once the session has ended: the address stays here', async () => {
    const { browser: leaving, client } = await signedInThere();
    let release: () => void = () => undefined;
    const before = proxy.paths.length;
    proxy.fault = () => new Promise((resolve) => (release = () => resolve('pass')));
    const asked = client.post<{ url?: string }>(CONSOLE);
    while (proxy.paths.length === before) await sleep(5);
    await leaving.send(`${consoleBroker.baseUrl}/sign-out`, { method: 'POST', from: consoleBroker.baseUrl });
    release();
    const { status, body } = await asked;
    expect([status, body.code, body.url]).toEqual([401, 'session.ended', undefined]);
    expect(storedAudit(consoleBroker).at(-1)).toMatchObject({
      name: 'console-url.failed',
      detail: { reason: 'session.ended' },
    });
  });
});

describe('an application', () => {
  it('is told of AWS’s faults as a person is', async () => {
    const client = await ApiClient.ofApplication(
      broker.baseUrl,
      'billing-report',
      SANDBOX_SECRETS['billing-report'],
    );
    sts.reply = () => stsRefusal('Throttling', 'Rate exceeded');
    const answer = await client.credentials('production-readonly');
    expect([answer.status, answer.body.code]).toEqual([503, 'sts.throttled']);
    expect(answer.headers.get('retry-after')).toBe('5');
  });
});
