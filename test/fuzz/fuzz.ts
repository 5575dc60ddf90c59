import fc from 'fast-check';
import { it } from 'vitest';

/** The same for the whole run, and in every title, so that a run can be had again. */
const SEED = Number(process.env['DAYPASS_FUZZ_SEED'] ?? Date.now() % 0x7fffffff);
/** How many times as long as in the ordinary tests. */
const TIMES = Number(process.env['DAYPASS_FUZZ_TIMES'] ?? 1);
const LONGEST_MS = 1_000;
/** However long they take: a busy machine must not leave chance too little to draw from. */
const LEAST_RUNS = 200;

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
      const least = Math.min(inputs.runs, LEAST_RUNS);
      const examples = (inputs.first ?? []).map((input): [Input] => [input]);
      await fc.assert(property, { seed: SEED, numRuns: least, examples });
      if (inputs.runs * TIMES === least) return;
      await fc.assert(property, {
        seed: SEED + 1,
        numRuns: inputs.runs * TIMES - least,
        interruptAfterTimeLimit: LONGEST_MS * TIMES,
      });
    },
    (LONGEST_MS + 30_000) * TIMES,
  );
}
