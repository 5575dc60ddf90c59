import { donorMutations } from './donor-mutations.ts';
import { keyMutations } from './key-mutations.ts';
import type { Mutation } from './mutation.ts';
import { partyMutations } from './party-mutations.ts';
import { referenceMutations } from './reference-mutations.ts';
import { signatureMutations } from './signature-mutations.ts';
import { textMutations } from './text-mutations.ts';
import { timeMutations } from './time-mutations.ts';
import { wrappingMutations } from './wrapping-mutations.ts';

/** Family -> its lies. */
export const MUTATIONS: ReadonlyMap<string, readonly Mutation[]> = new Map([
  ['wrapping', wrappingMutations],
  ['signatures of something else', donorMutations],
  ['signatures', signatureMutations],
  ['references', referenceMutations],
  ['keys and algorithms', keyMutations],
  ['text', textMutations],
  ['parties', partyMutations],
  ['times', timeMutations],
]);
