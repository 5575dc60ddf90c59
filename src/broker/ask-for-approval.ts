import type { ProposedChange } from '../core/authority.ts';
import { BrokerError } from '../core/errors.ts';
import type { ChangeProposal, ChangeProposalStore } from '../core/ports/change-proposals.ts';
import type { Clock } from '../core/ports/clock.ts';
import { personId, principalId } from '../core/principal.ts';
import { randomToken } from '../lib/hash.ts';
import type { Administrators, Asker } from './administrators.ts';
import { after } from './sign-in-session.ts';
import { summaryOf } from './summary-of-change.ts';

/** Longer, and its author has forgotten what it was for. */
const LIFE_SECONDS = 7 * 86_400;
/** Each keeps a whole catalogue. */
const OPEN_OF_ONE = 20;

export interface ApprovalDependencies {
  readonly administrators: Pick<Administrators, 'refuse'>;
  readonly proposals: ChangeProposalStore;
  readonly clock: Clock;
}

interface Wanted extends Pick<ChangeProposal, 'reason' | 'why' | 'restored'> {
  readonly expectedVersion: number;
}

/** Keeps the change until somebody else decides. @returns its id. @throws BrokerError `proposal.too_many` */
export async function askForApproval(
  { administrators, proposals, clock }: ApprovalDependencies,
  asker: Asker,
  { after: { catalogue }, difference }: ProposedChange,
  { expectedVersion: baseVersion, ...wanted }: Wanted,
): Promise<string> {
  const { principal, origin } = asker;
  if (principal.kind !== 'user') return administrators.refuse(asker, 'Only people propose changes.');
  const now = clock.now();
  const { connectorId, subject } = principal.identity;
  const own = (await proposals.listOpen(now)).filter(
    ({ author }) => personId(author) === principalId(principal),
  );
  if (own.length >= OPEN_OF_ONE) throw new BrokerError('proposal.too_many');
  const id = randomToken();
  const proposal: ChangeProposal = {
    ...wanted,
    baseVersion,
    id,
    author: { connectorId, subject },
    createdAt: now,
    expiresAt: after(now, LIFE_SECONDS),
  };
  const { reason, why, restored } = wanted;
  await proposals.add(
    { proposal, difference, candidate: catalogue },
    {
      standing: principal.standing,
      event: {
        name: 'change.proposed',
        at: now,
        principal: principalId(principal),
        origin,
        detail: {
          proposal: id,
          against: baseVersion,
          reason,
          why,
          ...(restored === undefined ? {} : { restored }),
          ...summaryOf(difference),
        },
      },
    },
  );
  return id;
}
