/**
 * An OpenID provider that lies to the running broker in every way of the table, O01 to O23, with a genuine
 * sign-in after each lie so that a broken broker cannot pass for a safe one; and what is left behind at the end.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CALLBACK_CASES } from './callback-cases.ts';
import { CLAIM_CASES } from './claim-cases.ts';
import { describeFlows } from './describe-flows.ts';
import { describeIdentity } from './describe-identity.ts';
import { describeLogout } from './describe-logout.ts';
import { describeProviderFaults } from './describe-provider-faults.ts';
import { describeFreshness } from './describe-freshness.ts';
import { describePassedThrough } from './describe-passed-through.ts';
import { describeUserinfo } from './describe-userinfo.ts';
import { describeRemains } from './describe-remains.ts';
import { tokenRequestsOf, type HostileCase } from './hostile-case.ts';
import { HostileWorld } from './hostile-world.ts';
import { TOKEN_CASES } from './token-cases.ts';

let world: HostileWorld;

beforeAll(async () => {
  world = await HostileWorld.open();
});
afterAll(() => world.close());
afterEach(() => {
  for (const provider of world.providers.all) provider.keySet = undefined;
});

describe.each([
  ['in what the browser brings back', CALLBACK_CASES],
  ['in what signs the token', TOKEN_CASES],
  ['in what the token says', CLAIM_CASES],
])('a hostile OpenID provider, %s', (_where, cases) => {
  const named = cases.map((lie) => [lie.row, lie.what, lie.code, lie] as const);
  it.each(named)(
    '%s: %s is refused as %s, and the same sign-in then succeeds',
    async (_row, _what, _code, lie) => {
      await refuses(lie);
    },
  );
});

async function refuses(lie: HostileCase): Promise<void> {
  const attempt = await world.leave(lie.connector);
  const stage = { world, attempt, stranger: world.stranger, now: Math.floor(Date.now() / 1_000) };
  const query = attempt.answer(await lie.recipe?.(stage));
  lie.query?.(query, stage);
  await world.expectRefused(attempt, query, { code: lie.code, tokenRequests: tokenRequestsOf(lie) });
  expect(attempt.provider.reads.other).toEqual([]);
  world.count(lie.row);
  attempt.provider.keySet = undefined;
  await world.control(attempt);
}

describeFlows(() => world);
describeIdentity(() => world);
describeProviderFaults(() => world);
describeLogout(() => world);
describeUserinfo(() => world);
describeFreshness(() => world);
describePassedThrough(() => world);
describeRemains(() => world);
