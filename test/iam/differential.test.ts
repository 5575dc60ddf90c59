import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askOracle, type OracleAnswer } from './ask-oracle.ts';
import { CASES } from './cases/all-cases.ts';
import { decideCase, type DecisionCase } from './cases/decision-case.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { situation } from './situations.ts';

/*
 * Our decisions beside those of @cloud-copilot/iam-simulate, which shares no code with them. It is wrong in places
 * (`known-differences`) and cannot be asked about keys and actions that AWS does not have.
 */

function ours(one: DecisionCase): OracleAnswer {
  const { allowed, explicitDeny } = decideCase(one);
  if (explicitDeny) return 'explicit-deny';
  return allowed ? 'allowed' : 'no-allow';
}

describe('the tables, asked of another evaluator', () => {
  it('come out the same, but for the differences that are known', async () => {
    const different: string[] = [];
    let asked = 0;
    for (const one of Object.values(CASES).flat()) {
      const theirs = await askOracle(one);
      if (typeof theirs === 'object') continue;
      asked += 1;
      if (theirs !== ours(one)) different.push(one.says);
    }
    expect(asked).toBeGreaterThan(500);
    // A difference that is gone has to leave the list, too.
    expect(different.sort()).toEqual(KNOWN_DIFFERENCES.flatMap(({ cases }) => cases).sort());
  });
});

/** What the other evaluator is known to get wrong, so that it cannot be asked. */
function isBeyondIt(one: DecisionCase): boolean {
  const { trace, allowed } = decideCase(one);
  const applies = (kind: string): boolean =>
    trace.some((statement) => statement.kind === kind && statement.effect === 'Allow' && statement.applies);
  const isNarrowed = one.policies.session !== undefined;
  // It narrows by the session policy what is given to the session itself.
  if (allowed && isNarrowed && !applies('session')) return true;
  // It gives a federated user without a session policy everything.
  if (one.caller === 'federated' && !isNarrowed) return true;
  // It passes over a variable without a value and takes the statement’s other values.
  return trace.some(
    ({ because }) =>
      because?.element === 'variable' ||
      (because?.element === 'condition' && because.condition.why === 'unresolved-variable'),
  );
}

describe('any situation, asked of another evaluator', () => {
  it('comes out the same', async () => {
    const asked = { allowed: 0, 'no-allow': 0, 'explicit-deny': 0 };
    const callers = ['user', 'user', 'plain', 'plain', 'federated', 'service'] as const;
    await fc.assert(
      fc.asyncProperty(situation(callers), async (one) => {
        if (isBeyondIt(one)) return;
        const theirs = await askOracle(one);
        if (typeof theirs === 'object') throw new Error(theirs.why);
        expect(theirs).toBe(ours(one));
        asked[theirs] += 1;
      }),
      // The same situations each time: the build is not the place to find the other evaluator’s next fault.
      { numRuns: 1_500, seed: 20_261_123 },
    );
    for (const count of Object.values(asked)) expect(count).toBeGreaterThan(150);
  });
});
