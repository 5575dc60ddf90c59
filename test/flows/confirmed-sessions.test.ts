/** Sessions that go on only while the identity provider still signs the person in. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TokenRecipe } from '../support/fake-openid-provider.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { copyOf, startSessionWorld, type SessionWorld } from '../support/session-world.ts';
import { storedAudit } from '../support/stored-audit.ts';

let world: SessionWorld;
beforeAll(async () => {
  world = await startSessionWorld();
});
afterAll(() => world.close());

/** The connector's `refreshSeconds`, and a bit. */
const DUE = 905;
const PAUSE = 65;

let person = '';
let people = 0;
beforeEach(() => {
  people += 1;
  person = `person-${people}`;
  world.resetClock();
});

/** An honest answer `later` seconds from now. */
const answering = (groups: readonly string[], next: string, later = 0): TokenRecipe => ({
  claims: { sub: person, groups, iat: world.now() + later, exp: world.now() + later + 300 },
  answer: { refresh_token: `${person}-${next}` },
});

async function arrive(): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await world.byOpenId(browser, answering(['first'], 'first'));
  expect(await world.groupsOf(browser)).toEqual(['first']);
  return browser;
}

const refreshTokens = (): string[] =>
  world.op.tokenRequests
    .filter(({ form }) => form.get('grant_type') === 'refresh_token')
    .map(({ form }) => form.get('refresh_token') ?? '')
    .filter((token) => token.startsWith(`${person}-`));

const recorded = (name: string): object[] =>
  storedAudit(world.broker).filter((event) => event.name === name && event.principal === `user:op:${person}`);

describe('a session whose provider gives refresh tokens', () => {
  it('is not asked about while the last word is fresh', async () => {
    const browser = await arrive();
    world.pass(600);
    await Promise.all(Array.from({ length: 5 }, () => world.groupsOf(browser)));
    await browser.get(`${world.broker.baseUrl}/`);
    expect(refreshTokens()).toEqual([]);
  });

  it('goes on with the groups that the provider now says, also in the request that asked', async () => {
    const browser = await arrive();
    world.op.refreshes.set(`${person}-first`, answering(['moved'], 'second', DUE));
    world.op.refreshes.set(`${person}-second`, answering(['moved'], 'third', 2 * DUE));
    world.pass(DUE);
    expect(await world.groupsOf(browser)).toEqual(['moved']);
    expect(await world.groupsOf(browser)).toEqual(['moved']);
    expect(recorded('session.confirmed')).toMatchObject([{ detail: { connector: 'op', groups: ['moved'] } }]);
    world.pass(DUE);
    expect(await world.groupsOf(browser)).toEqual(['moved']);
    // Each answer's token is the next question's.
    expect(refreshTokens()).toEqual([`${person}-first`, `${person}-second`]);
    // Nothing has changed, so there is nothing to tell.
    expect(recorded('session.confirmed')).toHaveLength(1);
  });

  it('ends when the provider no longer signs the person in, for pages and for the API', async () => {
    const [page, api] = [await arrive(), await arrive()];
    world.pass(DUE);
    expect(new URL((await page.get(`${world.broker.baseUrl}/`)).url).pathname).toBe('/sign-in');
    expect(await world.subjectOf(api)).toBeUndefined();
    expect(recorded('session.revoked')).toMatchObject([
      { detail: { connector: 'op', cause: 'provider', sessions: 1 } },
      { detail: { connector: 'op', cause: 'provider', sessions: 1 } },
    ]);
    await world.broker.restart();
    expect([await world.subjectOf(page), await world.subjectOf(api)]).toEqual([undefined, undefined]);
  });

  it('ends when the provider answers with somebody else', async () => {
    const browser = await arrive();
    world.op.refreshes.set(`${person}-first`, {
      ...answering(['first'], 'second', DUE),
      claims: { ...answering(['first'], 'second', DUE).claims, sub: 'mallory' },
    });
    world.pass(DUE);
    expect(await world.subjectOf(browser)).toBeUndefined();
  });

  it('G10: goes on while the provider is down, and is asked about again after a pause, no sooner', async () => {
    const browser = await arrive();
    world.op.refreshes.set(`${person}-first`, {
      handle: (response) => response.writeHead(503).end(),
    });
    world.pass(DUE);
    expect(await world.groupsOf(browser)).toEqual(['first']);
    const asked = refreshTokens().length;
    expect(asked).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: 5 }, () => world.groupsOf(browser)));
    expect(refreshTokens()).toHaveLength(asked);
    world.op.refreshes.delete(`${person}-first`);
    world.pass(PAUSE);
    expect(await world.subjectOf(browser)).toBeUndefined();
  });

  it('is asked about by one of 20 requests at once, and the others do not wait', async () => {
    const browser = await arrive();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.op.refreshes.set(`${person}-first`, {
      handle: (response) => {
        void held.then(() => {
          response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
        });
      },
    });
    world.pass(DUE);
    const answers = Array.from({ length: 20 }, () => world.subjectOf(copyOf(browser, world.broker)));
    let done = 0;
    for (const answer of answers) {
      void answer.then(() => {
        done += 1;
      });
    }
    await expect.poll(() => done, { timeout: 5_000 }).toBe(19);
    release();
    const subjects = await Promise.all(answers);
    expect(subjects.filter((subject) => subject === person)).toHaveLength(19);
    expect(refreshTokens()).toEqual([`${person}-first`]);
    expect(await world.subjectOf(browser)).toBeUndefined();
  });

  it('W05: stays ended when the person signs out while the provider is being asked', async () => {
    const browser = await arrive();
    const [asking, leaving] = [copyOf(browser, world.broker), copyOf(browser, world.broker)];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const honest = answering(['moved'], 'second', DUE);
    world.op.refreshes.set(`${person}-first`, {
      ...honest,
      token: async ({ jwt }) => {
        arrived();
        await held;
        return jwt;
      },
    });
    world.pass(DUE);
    const answer = world.subjectOf(asking);
    await asked;
    const { baseUrl } = world.broker;
    const page = await leaving.get(`${baseUrl}/`);
    await leaving.submit(page, '/sign-out');
    release();
    expect(await answer).toBeUndefined();
    expect(await world.subjectOf(browser)).toBeUndefined();
    expect(recorded('session.confirmed')).toEqual([]);
    expect(recorded('sign-out.completed')).toHaveLength(1);
  });
});

describe('a session without anything to ask by', () => {
  it('goes on as it is', async () => {
    const [saml, oidc] = [new HttpBrowser(), new HttpBrowser()];
    await world.bySaml(saml);
    await world.byOpenId(oidc, { claims: { sub: person } });
    world.pass(DUE);
    expect([await world.subjectOf(saml), await world.subjectOf(oidc)]).toEqual(['ann', person]);
    expect(refreshTokens()).toEqual([]);
  });
});
