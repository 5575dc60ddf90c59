/** The same random edits through the whole broker: whoever is signed in is whom the provider signed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attributeStatement, base64 } from '../../support/fake-saml-idp.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { whoIs } from '../attack-world.ts';
import { attackedConnector, type AttackedConnector } from './attacked-connector.ts';
import { mutate } from './fuzz-edits.ts';
import { Random } from './random.ts';

const SEED = Number(process.env['DAYPASS_FUZZ_SEED'] ?? Date.now() % 0x7fffffff);
const MUTANTS = 100 * Number(process.env['DAYPASS_FUZZ_TIMES'] ?? 1);

let target: AttackedConnector;
beforeAll(async () => {
  target = await attackedConnector({ mode: 'both' });
});
afterAll(() => target.close());

const groupsOf = (subject: string): readonly string[] => [`group-of-${subject}`, 'engineers'];

function signedFor(subject: string, request: Parameters<AttackedConnector['idp']['answerXml']>[0]): string {
  return target.idp.answerXml(request, {
    signs: 'both',
    subjectXml: `<saml:NameID>${subject}</saml:NameID>`,
    attributesXml: attributeStatement([['groups', groupsOf(subject)]]),
  });
}

describe('random edits through the whole broker', () => {
  it(`sign in whom the provider signed, or nobody [seed ${SEED}]`, { timeout: 120_000 }, async () => {
    let accepted = 0;
    const reasons = new Set<string>();
    for (let number = 0; number < MUTANTS; number += 1) {
      const random = new Random(SEED + number);
      const departure = await target.leave();
      const { request, browser } = departure;
      const originals = { one: signedFor('ann', request), other: signedFor('bea', request) };
      const mutant = mutate(originals.one, random, originals);
      const page = await departure.post({ SAMLResponse: base64(mutant.xml), RelayState: request.relayState });
      const who = await whoIs(target.world.broker, browser);
      const label = `mutant ${number}, seed ${SEED}`;
      if (who === undefined) {
        expect(mutant.harmless, `${label} is harmless, but ${codeOn(page) ?? ''}`).toBe(false);
        expect(codeOn(page), label).toMatch(/^saml\./);
        expect([400, 403, 413], label).toContain(page.status);
        reasons.add(codeOn(page) ?? '');
      } else {
        accepted += 1;
        expect(['ann', 'bea'], label).toContain(who.subject);
        expect(who.groups, label).toEqual(groupsOf(who.subject));
        expect(who.attributes, label).toEqual({ groups: groupsOf(who.subject) });
      }
    }
    expect(accepted).toBeGreaterThanOrEqual(2);
    expect(reasons.size).toBeGreaterThan(2);
  });
});
