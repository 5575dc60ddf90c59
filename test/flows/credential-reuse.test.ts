/** Roles that turn reuse on: one call to AWS for all who ask the same, each of them decided and recorded anew. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import {
  applicationToken,
  fetchContainer,
  handedOut,
  withReuse,
  type ContainerAnswer,
} from '../support/container-client.ts';
import { startFakeSts, stsRefusal, stsReply, type FakeSts } from '../support/fake-sts.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { lockFromAnotherProcess } from '../support/lock-database.ts';
import { callerIdentity, journal } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

const ROLE = 'production-readonly';
const ERIN = { person: 'erin.engel', connector: 'sandbox-saml' } as const;

function many<Result>(count: number, ask: () => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, ask));
}

function keysOf(answers: readonly ContainerAnswer[]): Set<string | undefined> {
  return new Set(answers.map(({ body }) => body['AccessKeyId']));
}

describe('fifty who ask the same at once', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startTestBroker({ access: withReuse([ROLE]) });
  });
  afterAll(() => broker.close());

  it('get what one call to AWS gave, on fifty records', async () => {
    const token = await applicationToken(broker);
    const [calls, sequence] = [(await journal(broker.awsUrl)).length, storedAudit(broker).at(-1)?.sequence];
    const answers = await many(50, () => fetchContainer(broker, ROLE, { token }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(keysOf(answers).size).toBe(1);
    expect((await journal(broker.awsUrl)).length).toBe(calls + 1);
    const identity = await callerIdentity(broker.awsUrl, handedOut(answers[0] ?? expect.fail()));
    expect(identity.Arn).toContain(':assumed-role/ReadOnly/billing-report-');

    const events = storedAudit(broker, sequence);
    const issued = events.filter(({ name }) => name === 'credentials.issued');
    const [intent, ...others] = events.filter(({ name }) => name === 'credentials.requested');
    expect([issued.length, others.length]).toEqual([50, 0]);
    expect(new Set(issued.map(({ origin }) => origin.requestId)).size).toBe(50);
    const reused = issued.filter(({ detail }) => detail['reused'] === true);
    expect(reused).toHaveLength(49);
    for (const { detail } of reused) {
      expect(detail).toMatchObject({
        firstIssue: intent?.detail['issue'],
        role: ROLE,
        mapping: 'billing-report',
        through: 'application',
        accessKeyId: answers[0]?.body['AccessKeyId'],
      });
    }
  });

  it('get them as the page, the API and SDKs write them, with the time at which they really end', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, ERIN);
    const erin = ApiClient.ofBrowser(browser, broker.baseUrl);
    const first = await erin.credentials(ROLE);
    const page = await browser.post(`${broker.baseUrl}/roles/${ROLE}/credentials`, {});
    const second = await erin.credentials(ROLE);
    expect(second.body).toEqual(first.body);
    expect(page.text).toContain(first.body.accessKeyId);
    expect(page.text).toContain(first.body.expiresAt);
  });

  it('A09: and somebody else, another length, another policy, another session get their own', async () => {
    const erinsOther = new HttpBrowser();
    const [erin, other, priya] = await Promise.all(
      [
        [new HttpBrowser(), ERIN] as const,
        [erinsOther, ERIN] as const,
        [new HttpBrowser(), { ...ERIN, person: 'priya.patel' }] as const,
      ].map(async ([browser, who]) => {
        await signIn(browser, broker, who);
        return ApiClient.ofBrowser(browser, broker.baseUrl);
      }),
    );
    if (erin === undefined || other === undefined || priya === undefined) throw new Error('nobody signed in');
    const sessionPolicy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    };
    const answers = await Promise.all([
      erin.credentials(ROLE),
      other.credentials(ROLE),
      priya.credentials(ROLE),
      erin.credentials(ROLE, { durationSeconds: 1_800 }),
      erin.credentials(ROLE, { sessionPolicy }),
    ]);
    expect(new Set(answers.map(({ body }) => body.accessKeyId)).size).toBe(5);
    const again = await erin.credentials(ROLE);
    expect(again.body.accessKeyId).toBe(answers[0].body.accessKeyId);
    expect((await callerIdentity(broker.awsUrl, again.body)).Arn).toContain('/erin.engel-');
  });

  it('A09: nothing is reused where a role does not say so', async () => {
    const token = await applicationToken(broker);
    const answers = await many(3, () => fetchContainer(broker, 'development-data-analyst', { token }));
    expect(keysOf(answers).size).toBe(3);
  });
});

describe('what AWS, the store and revocations do to those who share', () => {
  const SIGNED = 'production-ec2-operator';
  let broker: TestBroker;
  let sts: FakeSts;
  let clockOffset = 0;
  let held: (() => void)[] = [];

  beforeAll(async () => {
    sts = await startFakeSts();
    broker = await startTestBroker({
      clock: { now: () => new Date(Date.now() + clockOffset) },
      settings: { aws: { endpoints: { sts: sts.url } } },
      access: withReuse([SIGNED, ROLE]),
    });
  });
  afterAll(() => Promise.all([broker.close(), sts.close()]));
  beforeEach(() => {
    clockOffset = 0;
    held = [];
  });
  afterEach(() => {
    sts.reply = undefined;
  });

  async function erin(): Promise<{ readonly browser: HttpBrowser; readonly client: ApiClient }> {
    const browser = new HttpBrowser();
    await signIn(browser, broker, ERIN);
    return { browser, client: ApiClient.ofBrowser(browser, broker.baseUrl) };
  }

  /** STS takes its time: until `release`. */
  function holdSts(): void {
    sts.reply = (call) => (response) => {
      held.push(() => response.end(stsReply(call).body));
    };
  }
  async function release(): Promise<void> {
    await expect.poll(() => held.length).toBeGreaterThan(0);
    for (const answer of held) answer();
  }

  /** One has come as far as STS, by way of the store; the others had less of a way. */
  async function joined(): Promise<void> {
    await expect.poll(() => held.length).toBe(1);
    await fetch(`${broker.baseUrl}/healthz`);
  }

  it('one call that STS answers late serves all who joined', async () => {
    const { client } = await erin();
    const before = sts.calls.length;
    holdSts();
    const asked = Array.from({ length: 20 }, () => client.credentials(SIGNED));
    await joined();
    await release();
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(sts.calls.length).toBe(before + 1);
  });

  it('A08: who is signed out while STS is asked gets nothing, joined or first', async () => {
    const { browser, client } = await erin();
    holdSts();
    const asked = Array.from({ length: 5 }, () => client.credentials(SIGNED));
    await joined();
    await browser.post(`${broker.baseUrl}/sign-out`, {});
    await release();
    for (const answer of await Promise.all(asked)) {
      expect([answer.status, answer.body.code]).toEqual([401, 'session.ended']);
      expect(JSON.stringify(answer.body)).not.toContain('ASIA');
      expect(recordedFor(broker, answer).at(-1)).toMatchObject({
        name: 'credentials.failed',
        detail: { reason: 'session.ended' },
      });
    }
  });

  it('A08: who is signed out fails nobody else', async () => {
    const [first, second] = [await erin(), await erin()];
    holdSts();
    const asked = [first.client.credentials(SIGNED), second.client.credentials(SIGNED)] as const;
    await expect.poll(() => held.length).toBe(2);
    await first.browser.post(`${broker.baseUrl}/sign-out`, {});
    await release();
    const [refused, served] = await Promise.all(asked);
    expect([refused.status, served.status]).toEqual([401, 200]);
    expect((await second.client.credentials(SIGNED)).body).toEqual(served.body);
  });

  it('A01: who signed out gets nothing of what is still there', async () => {
    const { browser, client } = await erin();
    const thief = new ApiClient(broker.baseUrl, {
      cookie: [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; '),
      'sec-fetch-site': 'same-origin',
    });
    const [mine, theirs] = [await client.credentials(SIGNED), await thief.credentials(SIGNED)];
    expect(theirs.body).toEqual(mine.body);
    await browser.post(`${broker.baseUrl}/sign-out`, {});
    expect((await thief.credentials(SIGNED)).status).toBe(401);
  });

  it('A08: a session that has run out gets nothing of what is still there', async () => {
    const { client } = await erin();
    expect((await client.credentials(SIGNED, { durationSeconds: 14_400 })).status).toBe(200);
    const calls = sts.calls.length;
    clockOffset = 13 * 3_600_000;
    expect((await client.credentials(SIGNED, { durationSeconds: 14_400 })).status).toBe(401);
    expect(sts.calls.length).toBe(calls);
  });

  it('credentials are asked for anew once less than the minimum is left', async () => {
    const { client } = await erin();
    const before = sts.calls.length;
    for (const [minutes, calls] of [
      [0, 1],
      [44, 1],
      [46, 2],
      [89, 2],
      [92, 3],
    ] as const) {
      clockOffset = minutes * 60_000;
      const now = Date.now() + clockOffset;
      sts.reply = (call) => ({
        ...stsReply(call, { expiration: new Date(now + 3_600_000).toISOString() }),
        headers: { date: new Date(now).toUTCString() },
      });
      const { status, body } = await client.credentials(SIGNED);
      expect([minutes, status, sts.calls.length - before]).toEqual([minutes, 200, calls]);
      expect(Date.parse(body.expiresAt) - now).toBeGreaterThanOrEqual(900_000);
    }
  });

  it('a failure fails all who joined, each on the record, and nobody after them', async () => {
    const { client } = await erin();
    const before = sts.calls.length;
    sts.reply = () => (response) => {
      held.push(() => response.writeHead(500).end());
    };
    const asked = Array.from({ length: 10 }, () => client.credentials(SIGNED));
    await joined();
    sts.reply = () => stsRefusal('AccessDenied', 'no', { status: 403 });
    await release();
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ status }) => status)).size).toBe(1);
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(recordedFor(broker, answer).filter(({ name }) => name === 'credentials.failed')).toHaveLength(1);
    }
    sts.reply = undefined;
    expect((await client.credentials(SIGNED)).status).toBe(200);
    // The call, its repetition by the broker, and the one after.
    expect(sts.calls.length - before).toBeLessThanOrEqual(4);
  });

  it('G03: a store that cannot be written hands nothing out, not even what is there', async () => {
    const token = await applicationToken(broker);
    expect((await fetchContainer(broker, ROLE, { token })).status).toBe(200);
    const [events, calls] = [storedAudit(broker).length, sts.calls.length];
    const { store } = broker.daypass.config;
    const unlock = await lockFromAnotherProcess(store.kind === 'sqlite' ? store.file : expect.fail());
    const answers = await many(5, () => fetchContainer(broker, ROLE, { token }));
    await unlock();
    for (const { status, body, text } of answers) {
      expect([status, body['Code']]).toEqual([503, 'store.unavailable']);
      expect(text).not.toContain('ASIA');
    }
    expect(storedAudit(broker).length).toBe(events);
    await expect
      .poll(async () => (await fetchContainer(broker, ROLE, { token })).status, { timeout: 10_000 })
      .toBe(200);
    expect(sts.calls.length).toBe(calls);
  });
});
