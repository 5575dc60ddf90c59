/** A store that cannot be written, behind the whole broker: nothing leaves that is not on the record. */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient } from '../support/api-client.ts';
import { DaypassPlace, type DaypassProcess } from '../support/daypass-process.ts';
import { startFakeSts, stsReply, type FakeSts } from '../support/fake-sts.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { lockFromAnotherProcess } from '../support/lock-database.ts';
import { openDataDirectory } from '../support/open-data-directory.ts';
import { journal } from '../support/sandbox-aws.ts';
import { codeOn, openIdAnswer, post, samlAnswer } from '../support/sign-in-by-hand.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { storedAudit } from '../support/stored-audit.ts';

const ERIN = { person: 'erin.engel', connector: 'sandbox-saml' } as const;
const ROLE = 'development-developer';
const SIGNED_ROLE = 'production-ec2-operator';

type Door = Pick<TestBroker, 'baseUrl'>;

/** Somebody who was signed in before the trouble, and somebody on the way in by each protocol. */
async function gather(door: Door) {
  const [browser, saml, openId] = [new HttpBrowser(), new HttpBrowser(), new HttpBrowser()];
  await signIn(browser, door, ERIN);
  return {
    browser,
    client: ApiClient.ofBrowser(browser, door.baseUrl),
    application: await ApiClient.ofApplication(
      door.baseUrl,
      'billing-report',
      SANDBOX_SECRETS['billing-report'],
    ),
    saml: { browser: saml, answer: await samlAnswer(saml, door, ERIN) },
    openId: {
      browser: openId,
      callback: await openIdAnswer(openId, door, { ...ERIN, connector: 'sandbox-oidc' }),
    },
  };
}

type Gathered = Awaited<ReturnType<typeof gather>>;

async function inFiveSeconds<T>(work: Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work;
  expect(performance.now() - started).toBeLessThan(5_000);
  return result;
}

function expectUnavailable(page: Page): void {
  expect([page.status, codeOn(page)]).toEqual([503, 'store.unavailable']);
  expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(page.headers.getSetCookie()).toEqual([]);
  expect(page.text).not.toMatch(/SQLITE|database|ASIA/);
}

/** Every door that would have to write refuses, in time. */
async function expectNothingHandedOut({ baseUrl }: Door, people: Gathered): Promise<void> {
  const { browser, client, application, saml, openId } = people;
  const token = fetch(`${baseUrl}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'billing-report',
      client_secret: SANDBOX_SECRETS['billing-report'],
    }),
  });
  const [pages, answers, refusedToken, ready] = await inFiveSeconds(
    Promise.all([
      Promise.all([
        browser.post(`${baseUrl}/roles/${ROLE}/credentials`, {}),
        browser.post(`${baseUrl}/roles/${ROLE}/console`, {}),
        browser.send(`${baseUrl}/sign-out`, { method: 'POST', from: baseUrl }),
        new HttpBrowser().send(`${baseUrl}/sign-in/sandbox-saml`),
        post(saml.browser, saml.answer),
        openId.browser.send(openId.callback),
      ]),
      Promise.all([
        client.credentials(ROLE),
        client.credentials('no-such-role'),
        client.post(`/api/v1/roles/${ROLE}/console-url`),
        application.credentials('production-readonly'),
      ]),
      token,
      fetch(`${baseUrl}/readyz`),
    ]),
  );
  pages.forEach(expectUnavailable);
  for (const { status, body, headers } of answers) {
    expect([status, body.code]).toEqual([503, 'store.unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect([refusedToken.status, await refusedToken.json()]).toMatchObject([
    503,
    { error: 'temporarily_unavailable' },
  ]);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'unavailable', code: 'store.unavailable' },
  ]);
}

async function expectReadingGoesOn({ baseUrl }: Door, { browser, client }: Gathered): Promise<void> {
  const started = performance.now();
  const page = await browser.get(baseUrl);
  expect([page.status, page.text.includes('Your roles')]).toEqual([200, true]);
  expect((await browser.get(`${baseUrl}/roles/${ROLE}`)).status).toBe(200);
  expect((await client.get('/api/v1/roles')).status).toBe(200);
  expect((await client.get('/api/v1/me')).status).toBe(200);
  expect((await new HttpBrowser().get(`${baseUrl}/sign-in`)).status).toBe(200);
  for (const path of ['/healthz', '/aws/jwks.json', '/aws/saml/metadata', '/saml/sandbox-saml/metadata']) {
    expect((await fetch(baseUrl + path)).status).toBe(200);
  }
  expect(performance.now() - started).toBeLessThan(2_000);
}

/** Those on their way in arrive with the answers they had; nobody was signed out. */
async function expectHealed(door: Door, people: Gathered): Promise<void> {
  const { baseUrl } = door;
  await expect.poll(async () => (await fetch(`${baseUrl}/readyz`)).status, { timeout: 10_000 }).toBe(200);
  expect((await people.client.credentials(ROLE)).status).toBe(200);
  expect((await people.application.credentials('production-readonly')).status).toBe(200);
  expect((await post(people.saml.browser, people.saml.answer)).status).toBe(303);
  const page = await signIn(new HttpBrowser(), door, { ...ERIN, connector: 'sandbox-oidc' });
  expect(page.status).toBe(200);
}

describe('G03: a database that somebody else has locked', () => {
  let broker: TestBroker;
  let sts: FakeSts;
  let clockOffset = 0;
  let release: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    sts = await startFakeSts();
    broker = await startTestBroker({
      clock: { now: () => new Date(Date.now() + clockOffset) },
      settings: { aws: { endpoints: { sts: sts.url } } },
    });
  });
  afterAll(() => Promise.all([broker.close(), sts.close()]));
  afterEach(async () => {
    await release();
    clockOffset = 0;
    sts.reply = undefined;
    await expect
      .poll(async () => (await fetch(`${broker.baseUrl}/readyz`)).status, { timeout: 10_000 })
      .toBe(200);
  });

  async function lock(): Promise<void> {
    const { store } = broker.daypass.config;
    release = await lockFromAnotherProcess(store.kind === 'sqlite' ? store.file : expect.fail());
  }

  it('hands nothing out, asks nothing of AWS, lets people read, and heals', async () => {
    const people = await gather(broker);
    const [calls, events] = [sts.calls.length, storedAudit(broker).length];
    await lock();
    await expectNothingHandedOut(broker, people);
    expect(sts.calls.length).toBe(calls);
    await expectReadingGoesOn(broker, people);
    expect(storedAudit(broker).length).toBe(events);
    await release();
    await expectHealed(broker, people);
  });

  it('lets those read whose last use would have to be noted', async () => {
    const people = await gather(broker);
    clockOffset = 120_000;
    await lock();
    await expectReadingGoesOn(broker, people);
  });

  it('keeps an answer of STS to itself that cannot be recorded any more', async () => {
    const { client, browser } = await gather(broker);
    let answer: () => void = () => undefined;
    const answered: (() => void)[] = [];
    sts.reply = (call) => (response) => {
      answered.push(() => response.end(stsReply(call).body));
      answer = () => answered.forEach((send) => send());
    };
    const events = storedAudit(broker).length;
    const asked = client.credentials(SIGNED_ROLE);
    const page = browser.post(`${broker.baseUrl}/roles/${SIGNED_ROLE}/credentials`, {});
    while (answered.length < 2) await sleep(5);
    await lock();
    answer();
    const { status, body } = await inFiveSeconds(asked);
    expect([status, body.code]).toEqual([503, 'store.unavailable']);
    expect(JSON.stringify(body)).not.toContain('ASIA');
    expectUnavailable(await page);
    // Two intents tell what was asked of AWS; no outcome claims that anybody got it.
    expect(storedAudit(broker, events).map(({ name }) => name)).toEqual([
      'credentials.requested',
      'credentials.requested',
    ]);
  });
});

describe('G02: a disk on which nothing more can be written', () => {
  let place: DaypassPlace;
  let daypass: DaypassProcess;

  beforeAll(async () => {
    place = await DaypassPlace.make();
    daypass = await place.start({ environment: { DAYPASS_LOG_LEVEL: 'error' } });
  });
  afterAll(() => place.remove());

  /** The kernel refuses what would make a file longer than this: what a full disk does, to one process. */
  function limitFiles(bytes: number | 'unlimited'): void {
    execFileSync('prlimit', ['--pid', String(daypass.pid), `--fsize=${bytes}:`]);
  }

  it('hands nothing out, asks nothing of AWS, lets people read, and heals without a restart', async () => {
    const people = await gather(place);
    const calls = (await journal(place.awsUrl)).length;
    limitFiles(1);
    await expectNothingHandedOut(place, people);
    expect((await journal(place.awsUrl)).length).toBe(calls);
    await expectReadingGoesOn(place, people);
    limitFiles('unlimited');
    await expectHealed(place, people);

    await daypass.stop();
    const stores = await openDataDirectory(place.dataDir);
    const verified = await stores.audit.verify();
    await stores.close();
    expect(verified.firstBadSequence).toBeUndefined();
  });
});
