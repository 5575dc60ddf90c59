import type { ProposedChange } from '../core/authority.ts';
import { differenceOf } from '../core/catalogue-difference.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { inForceAt } from '../core/in-force.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Admitted } from './administrators.ts';
import { readCandidate } from './read-candidate.ts';

/**
 * Another catalogue against the present one. Both sides as they are in force now: what only begins later reaches nobody
 * yet.
 *
 * @throws BrokerError `catalogue.refused`
 */
export function judgeChange(
  { current }: Pick<Admitted, 'current'>,
  candidate: unknown,
  { facts, clock }: { readonly facts: CatalogueFacts; readonly clock: Clock },
): ProposedChange {
  const { catalogue, compiled } = readCandidate(candidate, current.whole, facts);
  const after = { catalogue, compiled: inForceAt(compiled, clock.now()).compiled };
  return { before: current, after, difference: differenceOf(current.catalogue, catalogue) };
}
