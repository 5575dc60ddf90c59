/**
 * What AWS does, a row for each rule: what is asked, what comes back, and how sure that is. The sandbox has to
 * answer the same. `docs/sandbox.md` explains the sections and the confidence.
 */
import { describe, expect, it } from 'vitest';
import type { Answer } from './ask.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';

/**
 * - `verified`: read in a package's source or model, or seen on the wire
 * - `documented`: AWS's own documentation
 * - `recorded`: AWS's real answer, kept by somebody else's tests
 * - `quoted`: AWS's real text in several public places
 * - `known`: general knowledge; code and status are checked, the text is not
 */
export type Confidence = 'verified' | 'documented' | 'recorded' | 'quoted' | 'known';

interface Asked {
  /** E.g. `1.6 Validation errors`. */
  readonly section: string;
  /** A sentence; no other row of the section has the same. */
  readonly rule: string;
  readonly ask: (sandbox: TestSandboxAws) => Promise<Answer>;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
}

interface Success {
  readonly status: 200;
  readonly code: 'Success';
  /** Members that the result must have; vitest's asymmetric matchers may stand for what differs each time. */
  readonly result: object;
}

export type Rule = Asked &
  (
    | { readonly confidence: Confidence; readonly answer: Success }
    | { readonly confidence: 'known'; readonly answer: Refusal }
    | {
        readonly confidence: Exclude<Confidence, 'known'>;
        readonly answer: Refusal & { readonly message: string | RegExp };
      }
  );

/** One test for each rule, on one sandbox; a rule that moves its clock finds it put back afterwards. */
export function checkRules(rules: readonly Rule[], sandbox: () => TestSandboxAws): void {
  const sections = new Set(rules.map(({ section }) => section));
  for (const section of sections) {
    describe(section, () => {
      for (const rule of rules.filter((candidate) => candidate.section === section)) {
        it(`${rule.rule} [${rule.confidence}]`, async () => {
          const running = sandbox();
          running.clockOffsetMs = 0;
          checkAnswer(rule, await rule.ask(running));
        });
      }
    });
  }
}

function checkAnswer({ answer: expected }: Rule, answer: Answer): void {
  const { status, code, message } = answer;
  expect({ status, code, message }).toMatchObject({ status: expected.status, code: expected.code });
  if ('result' in expected) expect(answer.result).toMatchObject(expected.result);
  if (!('message' in expected)) return;
  if (typeof expected.message === 'string') expect(message).toBe(expected.message);
  else expect(message).toMatch(expected.message);
}
