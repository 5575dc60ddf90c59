import type { ProposedChange } from '../core/authority.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { Principal } from '../core/principal.ts';
import { whyASecondPerson, type SecondPerson } from '../core/second-person.ts';
import { principalOf } from './administer-people.ts';

/** Also by what arrived at their last sign-in: an older session may know of fewer groups than they have by now. */
export async function whySecondPersonNow(
  {
    secondPerson,
    people,
  }: { readonly secondPerson: SecondPerson; readonly people: Pick<PeopleStore, 'find'> },
  author: Principal,
  change: ProposedChange,
): Promise<string | undefined> {
  const why = whyASecondPerson(secondPerson, author, change);
  if (why !== undefined || secondPerson !== 'own-access' || author.kind !== 'user') return why;
  const known = await people.find(author.identity);
  return known === undefined ? undefined : whyASecondPerson(secondPerson, principalOf(known.person), change);
}
