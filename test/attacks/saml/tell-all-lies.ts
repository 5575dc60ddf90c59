/** Every mutation against a connector of one signing mode, each in a victim's sign-in that then goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Recipe } from '../../support/fake-saml-idp.ts';
import { MUTATIONS } from './all-mutations.ts';
import {
  attackedConnector,
  expectAttackRefused,
  expectGenuine,
  type AttackedConnector,
} from './attacked-connector.ts';
import { codesIn, type Codes, type Mutation, type SigningMode } from './mutation.ts';
import { insideTheSkew } from './time-mutations.ts';

/** Fewer would not be the attack table. */
const FEWEST_MUTATIONS = 150;

interface Tally {
  refused: number;
  genuine: number;
  readonly rows: Set<string>;
}

export function tellAllLies(mode: SigningMode): void {
  const tally: Tally = { refused: 0, genuine: 0, rows: new Set() };
  let target: AttackedConnector;
  let asked = 0;
  beforeAll(async () => {
    target = await attackedConnector({ mode });
  });
  afterAll(() => target.close());
  afterEach(() => target.world.clock.reset());

  async function tell(mutation: Mutation, codes: Codes): Promise<void> {
    const departure = await target.leave();
    const now = target.world.clock.freeze();
    const recipe: Recipe =
      typeof mutation.recipe === 'function' ? mutation.recipe({ ...target.aid, now }) : mutation.recipe;
    const page = await departure.post(await departure.answer(recipe));
    await expectAttackRefused(target, departure, page, codes);
    tally.refused += 1;
    tally.rows.add(mutation.row);
    await expectGenuine(target, departure);
    tally.genuine += 1;
  }

  describe.each([...MUTATIONS])('%s', (_family, mutations) => {
    for (const mutation of mutations) {
      const codes = codesIn(mutation, mode);
      if (codes === undefined) continue;
      asked += 1;
      it(`${mutation.row}: ${mutation.name}`, () => tell(mutation, codes));
    }
  });

  describe('a second inside the skew', () => {
    it.each(insideTheSkew)('%s is accepted', async (_name, recipe) => {
      const departure = await target.leave();
      const now = target.world.clock.freeze();
      await expectGenuine(target, departure, recipe({ now }));
      tally.genuine += 1;
    });
  });

  describe('the suite itself', () => {
    it('has told every lie of the tables, each followed by a sign-in that worked', () => {
      expect(tally.refused).toBe(asked);
      expect(tally.refused).toBeGreaterThanOrEqual(FEWEST_MUTATIONS);
      expect(tally.genuine).toBe(tally.refused + insideTheSkew.length);
    });

    it('S21: has led the broker to no address that an attacker named', () => {
      expect(target.canaryReads()).toBe(0);
    });
  });
}
