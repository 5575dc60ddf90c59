/** What an onboarding prints is applied to the sandbox's IAM as printed; the role then works, and before it does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyForm, FORMS, runCommands } from '../support/onboarding/iam-pieces.ts';
import { ROWS, startOnboardingWorld, type OnboardingWorld } from '../support/onboarding/onboarding-world.ts';

describe.each(FORMS)('an onboarding as %s', (form) => {
  let world: OnboardingWorld;
  beforeAll(async () => {
    world = await startOnboardingWorld();
  }, 60_000);
  afterAll(() => world.close());

  it.each(ROWS.map((row) => [row.id, row.situation, row] as const))(
    'sets %s up (situation %i): without it nothing, with it the role works',
    async (id, situation, row) => {
      expect(await world.use(row)).toBe(row.worksWithout === true ? 'works' : 'sts.refused');
      const { accounts } = await world.onboarding(id);
      expect(accounts.length > 0).toBe(row.worksWithout !== true);
      for (const account of accounts) {
        const place = { awsUrl: world.broker.awsUrl, credentials: await world.ownerOf(account.accountId) };
        if (situation === 3) {
          const { accounts: existing } = await world.onboarding(id, '?role=existing');
          await runCommands(existing[0]?.cli ?? '', place);
        } else {
          await applyForm(account, form, place);
        }
      }
      expect(await world.use(row)).toBe('works');
    },
    60_000,
  );
});
