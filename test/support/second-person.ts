import { sha256Hex } from '../../src/lib/hash.ts';
import type { SecondPerson } from '../../src/core/second-person.ts';

export const breakGlassSecret = 'canary-sealed-secret-of-the-second-person-0001';

/** Settings of a broker whose changes somebody else approves, and which opens by break-glass. */
export function secondPersonSettings(secondPerson: SecondPerson): Readonly<Record<string, unknown>> {
  return {
    administration: { secondPerson },
    breakGlass: { secretHashes: [`sha256:${sha256Hex(breakGlassSecret)}`] },
  };
}
