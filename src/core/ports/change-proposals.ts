/** Changes of the catalogue that wait for somebody else, and what became of those that did. */
import type { AuditEvent } from '../audit-event.ts';
import type { CatalogueDifference } from '../catalogue-difference.ts';
import type { Catalogue } from '../catalogue.ts';
import type { PersonKey, Standing } from '../principal.ts';

export const PROPOSAL_STATES = ['open', 'applied', 'rejected', 'withdrawn'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** What its author said; nothing of it ever changes. */
export interface ChangeProposal {
  readonly id: string;
  readonly author: PersonKey;
  readonly reason: string;
  /** Why somebody else has to approve it, in a sentence. */
  readonly why: string;
  /** The version of the catalogue that it changes, and no other. */
  readonly baseVersion: number;
  /** The version that it goes back to. */
  readonly restored?: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface ProposalDecision {
  readonly at: Date;
  /** `principalId()` */
  readonly by: string;
  readonly reason?: string;
  /** Of what was applied. */
  readonly version?: number;
}

export interface StoredProposal {
  readonly proposal: ChangeProposal;
  readonly state: ProposalState;
  /** Absent while it is open. */
  readonly decision?: ProposalDecision;
  readonly difference: CatalogueDifference;
  /** The whole catalogue as it would be; judged again before it is. */
  readonly candidate: Catalogue;
}

/** How somebody closes one, with what must still hold of them in the same transaction. */
export interface ClosedProposal {
  readonly state: Exclude<ProposalState, 'open' | 'applied'>;
  readonly decision: ProposalDecision;
  readonly standing: Standing;
  readonly event: AuditEvent;
}

/** An approval is written with the version that it makes, by `CatalogueStore.save`. */
export interface ChangeProposalStore {
  /** @throws BrokerError `session.ended` or `token.invalid` when the standing is gone. */
  add(
    proposed: Pick<StoredProposal, 'proposal' | 'difference' | 'candidate'>,
    change: Pick<ClosedProposal, 'standing' | 'event'>,
  ): Promise<void>;
  /** Decided or not, until it expires. */
  find(id: string, now: Date): Promise<StoredProposal | undefined>;
  /** Those that are open, newest first; the newest `MAXIMUM_LISTED_PROPOSALS`. */
  listOpen(now: Date): Promise<readonly ChangeProposal[]>;
  /** @throws BrokerError `proposal.closed` when it is not open any more; and as `add` */
  close(id: string, closed: ClosedProposal): Promise<void>;
}

/** More than all administrators together read. */
export const MAXIMUM_LISTED_PROPOSALS = 500;
