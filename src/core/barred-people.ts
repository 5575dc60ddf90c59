import type { KnownPerson } from './ports/people.ts';

/** Whether nothing may act in their name that stands on no session: sessions of theirs have ended. */
export function isBarred({ refusedAt, disabled }: Pick<KnownPerson, 'refusedAt' | 'disabled'>): boolean {
  return refusedAt !== undefined || disabled !== undefined;
}
