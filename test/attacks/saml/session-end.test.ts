/** How long a session may live by its provider's word (SAML profiles section 4.1.4.3, SessionNotOnOrAfter). */
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HttpBrowser } from '../../support/http-browser.ts';
import { whoIs } from '../attack-world.ts';
import { attackedConnector, type AttackedConnector } from './attacked-connector.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** By which the two clocks may differ. */
const SKEW = MINUTE;

let target: AttackedConnector;
beforeAll(async () => {
  target = await attackedConnector({ mode: 'assertion' });
});
afterAll(() => target.close());
afterEach(() => target.world.clock.reset());

async function signIn(sessionNotOnOrAfter: number): Promise<HttpBrowser> {
  const departure = await target.leave();
  target.world.clock.freeze();
  const page = await departure.post(await departure.answer({ sessionNotOnOrAfter }));
  expect(page.status).toBe(303);
  return departure.browser;
}

const stands = async (browser: HttpBrowser): Promise<boolean> =>
  (await whoIs(target.world.broker, browser)) !== undefined;

describe('a sign-in session', () => {
  it('S31: is over when the provider’s is, however much it is used', async () => {
    const browser = await signIn(20 * MINUTE);
    for (let minutes = 0; minutes < 20; minutes += 5) {
      expect(await stands(browser)).toBe(true);
      target.world.clock.move(5 * MINUTE);
    }
    target.world.clock.move(SKEW - 1_000);
    expect(await stands(browser)).toBe(true);
    target.world.clock.move(2_000);
    expect(await stands(browser)).toBe(false);
  });

  it('S31: is no longer for a provider whose own goes on for a year', async () => {
    await signIn(365 * DAY);
    expect(longestLife()).toBe(DAY / 2);
  });
});

/** Of all sessions there are, as they are kept: by use alone, nobody is signed in for as long. */
function longestLife(): number {
  const { store } = target.world.broker.daypass.config;
  const database = new DatabaseSync(store.kind === 'sqlite' ? store.file : '', { readOnly: true });
  try {
    const query = 'select max(absolute_expires_at - created_at) as life from sign_in_sessions';
    return (database.prepare(query).get() as { readonly life: number }).life;
  } finally {
    database.close();
  }
}
