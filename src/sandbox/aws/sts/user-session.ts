import type { AwsCaller } from '../access/caller.ts';

const DEFAULT_SECONDS = 43_200;
const ROOT_SECONDS = 3_600;

/** Root gets an hour at most; asking for more is not refused but cut. */
export function userSessionSeconds(caller: AwsCaller, requested: number | undefined): number {
  if (caller.kind === 'root') return Math.min(requested ?? ROOT_SECONDS, ROOT_SECONDS);
  return requested ?? DEFAULT_SECONDS;
}
