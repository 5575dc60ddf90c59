/** Changes that wait for a second person, as administrators see and decide them. */
import type { AuditEventName } from '../core/audit-event.ts';
import type { CatalogueImpact } from '../core/catalogue-impact.ts';
import { editsOf, type EntryEdit } from '../core/edit-catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import type {
  ChangeProposal,
  ChangeProposalStore,
  ClosedProposal,
  StoredProposal,
} from '../core/ports/change-proposals.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { CatalogueStore } from '../core/ports/stores.ts';
import { personId, principalId } from '../core/principal.ts';
import type { Changed } from './administer-catalogue.ts';
import type { Administrators, Asker } from './administrators.ts';
import { impactOf } from './impact-of-change.ts';
import { saveChange } from './save-change.ts';
import {
  isAuthor,
  weighProposal,
  type WeighedProposal,
  type WeighingDependencies,
} from './weigh-proposal.ts';

export interface ReadProposal extends Omit<StoredProposal, 'candidate'>, Omit<WeighedProposal, 'change'> {
  /** By now; absent where it cannot be applied. */
  readonly impact?: CatalogueImpact;
  /** Every entry that it touches, whole: what whoever approves it answers for. Can be made to a later catalogue too. */
  readonly edits: readonly EntryEdit[];
}

/**
 * Every verb throws BrokerError `administration.forbidden` for whoever may not do it, and `request.not_found` for what
 * is not there or has expired. The last three throw `proposal.closed` for what is decided already.
 */
export interface Proposals {
  /** Those that are open, newest first. */
  list(asker: Asker): Promise<readonly ChangeProposal[]>;
  read(asker: Asker, id: string): Promise<ReadProposal>;
  /** Applies it. @throws BrokerError `catalogue.stale`, `catalogue.refused`, `proposal.author` */
  approve(asker: Asker, id: string): Promise<Changed>;
  reject(asker: Asker, id: string, reason: string): Promise<void>;
  withdraw(asker: Asker, id: string): Promise<void>;
}

export interface ProposalsDependencies extends WeighingDependencies {
  readonly administrators: Administrators;
  readonly proposals: ChangeProposalStore;
  readonly store: Pick<CatalogueStore, 'save'>;
  readonly people: Pick<PeopleStore, 'find' | 'pages'>;
}

export function createProposals(dependencies: ProposalsDependencies): Proposals {
  return { ...seeing(dependencies), ...deciding(dependencies) };
}

function seeing(dependencies: ProposalsDependencies): Pick<Proposals, 'list' | 'read'> {
  const { administrators, proposals, people, clock } = dependencies;
  return {
    async list(asker) {
      await administrators.admit(asker);
      return proposals.listOpen(clock.now());
    },
    async read(asker, id) {
      const admitted = await administrators.admit(asker);
      const stored = await find(dependencies, id);
      const { candidate, ...rest } = stored;
      const told = { ...rest, edits: editsOf(rest.difference, candidate) };
      if (told.state !== 'open') return { ...told, isOwn: isAuthor(asker.principal, told.proposal) };
      const { change, ...weighed } = await weighProposal(dependencies, { asker, admitted }, stored);
      return {
        ...told,
        ...weighed,
        ...(change === undefined ? {} : { impact: await impactOf(change, people) }),
      };
    },
  };
}

function deciding(dependencies: ProposalsDependencies): Omit<Proposals, 'list' | 'read'> {
  const { administrators, proposals, clock } = dependencies;

  async function findOpen(id: string): Promise<StoredProposal> {
    const stored = await find(dependencies, id);
    if (stored.state !== 'open') throw new BrokerError('proposal.closed');
    return stored;
  }

  async function weigh(asker: Asker, id: string): Promise<StoredProposal & WeighedProposal> {
    const admitted = await administrators.admit(asker);
    const stored = await findOpen(id);
    return { ...stored, ...(await weighProposal(dependencies, { asker, admitted }, stored)) };
  }

  return {
    async approve(asker, id) {
      const { proposal, change, obstacle, whyNotApprove } = await weigh(asker, id);
      if (whyNotApprove !== undefined) return administrators.refuse(asker, whyNotApprove);
      if (change === undefined) throw obstacle ?? new BrokerError('proposal.closed');
      const { after, difference } = change;
      const approved = {
        by: principalId(asker.principal),
        at: clock.now(),
        version: proposal.baseVersion + 1,
      };
      const version = await saveChange(dependencies, {
        ...proposal,
        catalogue: after.catalogue,
        difference,
        expectedVersion: proposal.baseVersion,
        author: personId(proposal.author),
        approval: { proposalId: id, author: proposal.author, decision: approved },
        standing: asker.principal.standing,
        origin: asker.origin,
      });
      return { version, difference };
    },
    async reject(asker, id, reason) {
      const { proposal, whyNotReject } = await weigh(asker, id);
      if (whyNotReject !== undefined) await administrators.refuse(asker, whyNotReject);
      const author = personId(proposal.author);
      const closing = { state: 'rejected', reason, detail: { author, reason } } as const;
      await proposals.close(id, closed(asker, { ...closing, id, at: clock.now(), name: 'change.rejected' }));
    },
    async withdraw(asker, id) {
      await administrators.admit(asker);
      const { proposal } = await findOpen(id);
      if (!isAuthor(asker.principal, proposal))
        await administrators.refuse(asker, 'Only its author may withdraw it.');
      const closing = { state: 'withdrawn', detail: {} } as const;
      await proposals.close(id, closed(asker, { ...closing, id, at: clock.now(), name: 'change.withdrawn' }));
    },
  };
}

/** As `randomToken()` makes them; what a database cannot hold never reaches it. */
const PROPOSAL_ID = /^[\w-]{43}$/;

async function find(
  { proposals, clock }: Pick<ProposalsDependencies, 'proposals' | 'clock'>,
  id: string,
): Promise<StoredProposal> {
  const found = PROPOSAL_ID.test(id) ? await proposals.find(id, clock.now()) : undefined;
  if (found === undefined) throw new BrokerError('request.not_found');
  return found;
}

interface Closing {
  readonly id: string;
  readonly state: ClosedProposal['state'];
  readonly reason?: string;
  readonly at: Date;
  readonly name: AuditEventName;
  readonly detail: Readonly<Record<string, string>>;
}

function closed({ principal, origin }: Asker, closing: Closing): ClosedProposal {
  const { id, state, reason, at, name, detail } = closing;
  const by = principalId(principal);
  return {
    state,
    decision: { at, by, ...(reason === undefined ? {} : { reason }) },
    standing: principal.standing,
    event: { name, at, principal: by, origin, detail: { proposal: id, ...detail } },
  };
}
