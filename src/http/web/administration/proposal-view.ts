import type { ReadProposal } from '../../../broker/proposals.ts';
import type { CompiledCatalogue } from '../../../core/compile-catalogue.ts';
import type { ChangeProposal, ProposalState } from '../../../core/ports/change-proposals.ts';
import { personId } from '../../../core/principal.ts';
import type { PageContent } from '../pages.ts';
import { ago, ahead } from '../time-words.ts';
import { differenceView, reachView } from './change-view.ts';
import { editsText } from './editor/proposal.ts';
import type { AdminPage, ProposalPage, ProposalView } from './views.ts';

const STATES: Readonly<Record<ProposalState, ProposalPage['state']>> = {
  open: { text: 'waits for approval', colour: 'amber' },
  applied: { text: 'approved', colour: 'green' },
  rejected: { text: 'rejected', colour: 'red' },
  withdrawn: { text: 'withdrawn', colour: 'grey' },
};

export function aboutProposal(proposal: ChangeProposal, now: Date): ProposalView {
  const { id, author, reason, createdAt, expiresAt } = proposal;
  return {
    href: `/admin/proposals/${id}`,
    at: createdAt.toISOString(),
    ago: ago(createdAt, now),
    expires: ahead(expiresAt, now),
    author: personId(author),
    reason,
  };
}

type Shown = Omit<PageContent<ProposalPage>, keyof AdminPage> & Pick<AdminPage, 'title'>;

export function proposalPage(
  read: ReadProposal,
  { compiled, now }: { readonly compiled: CompiledCatalogue; readonly now: Date },
): Shown {
  const { proposal, state, impact, obstacle, isOwn, whyNotApprove, whyNotReject, edits } = read;
  const about = aboutProposal(proposal, now);
  const isOpen = state === 'open';
  const actionOf = (verb: string, may: boolean): string | undefined =>
    isOpen && may ? `${about.href}/${verb}` : undefined;
  return {
    title: 'Proposed change',
    about,
    why: proposal.why,
    state: STATES[state],
    decision: decisionView(read, now),
    obstacle: obstacle?.text,
    reach: impact === undefined ? undefined : reachView(impact, compiled),
    difference: differenceView(read.difference),
    entries: entriesText(edits),
    refusal: obstacle === undefined ? whyNotApprove : undefined,
    approveAction: actionOf('approve', impact !== undefined && whyNotApprove === undefined),
    rejectAction: actionOf('reject', whyNotReject === undefined),
    withdrawAction: actionOf('withdraw', isOwn),
    again: isOpen && isOwn && obstacle?.code === 'catalogue.stale' ? editsText(edits) : undefined,
  };
}

/** More is for a program to read. */
const LONGEST = 200_000;

/** Of a new entry the difference says no more than that there is one. */
function entriesText(edits: ReadProposal['edits']): string | undefined {
  const written = edits.filter(({ entry }) => entry !== undefined);
  if (written.length === 0) return undefined;
  const text = JSON.stringify(
    written.map(({ list, entry }) => ({ list, entry })),
    null,
    2,
  );
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… the API has all of it` : text;
}

function decisionView({ decision, state }: ReadProposal, now: Date): ProposalPage['decision'] {
  if (decision === undefined) return undefined;
  const { at, by, reason = '', version } = decision;
  return {
    text: `${STATES[state].text} ${ago(at, now)} by ${by}`,
    reason,
    versionHref: version === undefined ? undefined : `/admin/versions/${version}`,
  };
}
