/** Whether a proposal can be applied by now, and whether whoever looks at it may decide it. */
import {
  authorityOf,
  READ_ONLY,
  whatForbids,
  type Authority,
  type ProposedChange,
} from '../core/authority.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { BrokerError } from '../core/errors.ts';
import type { ChangeProposal, StoredProposal } from '../core/ports/change-proposals.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import { personId, principalId, type Principal } from '../core/principal.ts';
import { isAlone } from '../core/second-person.ts';
import { principalOf } from './administer-people.ts';
import type { Admitted, Asker } from './administrators.ts';
import { judgeChange } from './judge-change.ts';

export interface WeighedProposal {
  readonly isOwn: boolean;
  /** Absent where it cannot be applied. */
  readonly change?: ProposedChange;
  /** Why it cannot be, whoever approves it. */
  readonly obstacle?: BrokerError;
  /** Why whoever looks at it may not approve, or not reject it, in a sentence. */
  readonly whyNotApprove?: string;
  readonly whyNotReject?: string;
}

export interface WeighingDependencies {
  readonly people: Pick<PeopleStore, 'find'>;
  readonly facts: CatalogueFacts;
  readonly clock: Clock;
}

export async function weighProposal(
  dependencies: WeighingDependencies,
  { asker, admitted }: { readonly asker: Asker; readonly admitted: Admitted },
  stored: StoredProposal,
): Promise<WeighedProposal> {
  const isOwn = isAuthor(asker.principal, stored.proposal);
  const applying = await tryToApply(dependencies, admitted, stored);
  const mayNot = whyNot(admitted.authority, applying.change);
  const whyNotApprove = isOwn ? OWN : isAlone(asker.principal) ? NOBODY : mayNot;
  const whyNotReject = isOwn ? WITHDRAW : (mayNot ?? whyNotBlindly(admitted.authority, applying.change));
  return {
    isOwn,
    ...applying,
    ...(whyNotApprove === undefined ? {} : { whyNotApprove }),
    ...(whyNotReject === undefined ? {} : { whyNotReject }),
  };
}

/** By whatever session, token or door they come. */
export function isAuthor(principal: Principal, { author }: ChangeProposal): boolean {
  return principalId(principal) === personId(author);
}

const OWN = 'This is your own change, so that somebody else has to approve it.';
const WITHDRAW = 'This is your own change: withdraw it instead.';
const NOBODY = 'Nobody vouches for who you are, so that you may be its author. Make the change by yourself.';
const BLINDLY = 'It cannot be applied any more, so that only who may change everything can reject it.';

function whyNot(authority: Authority, change: ProposedChange | undefined): string | undefined {
  if (change !== undefined) return whatForbids(authority, change);
  return authority.may === 'read' ? READ_ONLY : undefined;
}

/** Whose accounts it is about cannot be told. */
function whyNotBlindly({ accounts }: Authority, change: ProposedChange | undefined): string | undefined {
  return change === undefined && accounts !== undefined ? BLINDLY : undefined;
}

async function tryToApply(
  dependencies: WeighingDependencies,
  admitted: Admitted,
  { proposal, candidate }: StoredProposal,
): Promise<Pick<WeighedProposal, 'change' | 'obstacle'>> {
  if (proposal.baseVersion !== admitted.current.version)
    return { obstacle: new BrokerError('catalogue.stale') };
  try {
    const change = judgeChange(admitted, candidate, dependencies);
    const isTheirs = await mayStill(dependencies, { proposal, admitted, change });
    return isTheirs ? { change } : { obstacle: new BrokerError('proposal.author') };
  } catch (error) {
    if (!(error instanceof BrokerError) || error.problems === undefined) throw error;
    return { obstacle: error };
  }
}

/** Its author, as they last signed in: somebody else's word does not stand for their right to it. */
async function mayStill(
  { people }: WeighingDependencies,
  {
    proposal,
    admitted: { current },
    change,
  }: Pick<StoredProposal, 'proposal'> & { readonly admitted: Admitted; readonly change: ProposedChange },
): Promise<boolean> {
  const known = await people.find(proposal.author);
  if (known === undefined || known.disabled !== undefined || known.refusedAt !== undefined) return false;
  const authority = authorityOf(current.catalogue, principalOf(known.person));
  return authority !== undefined && whatForbids(authority, change) === undefined;
}
