import fc from 'fast-check';
import { it } from 'vitest';

/** The same for the whole run, and in every title, so that a run can be had again. */
const SEED = Number(process.env['DAYPASS_FUZZ_SEED'] ?? Date.now() % 0x7fffffff);
/** How many times as long as in the ordinary tests. */
const TIMES = Number(process.env['DAYPASS_FUZZ_TIMES'] ?? 1);
const LONGEST_MS = 1_000;

/** One test: so many inputs, each of which `check` survives. A failure prints the smallest input it found. */
export function fuzz<Input>(
  sentence: string,
  inputs: {
    readonly from: fc.Arbitrary<Input>;
    readonly runs: number;
    /** These come before what is drawn. */
    readonly first?: readonly Input[];
  },
  check: (input: Input) => Promise<unknown>,
): void {
  it(
    `${sentence} [seed ${SEED}]`,
    async () => {
      const property = fc.asyncProperty(inputs.from, async (input) => {
        await check(input);
      });
      await fc.assert(property, {
        seed: SEED,
        examples: (inputs.first ?? []).map((input): [Input] => [input]),
        numRuns: inputs.runs * TIMES,
        interruptAfterTimeLimit: LONGEST_MS * TIMES,
      });
    },
    (LONGEST_MS + 30_000) * TIMES,
  );
}
