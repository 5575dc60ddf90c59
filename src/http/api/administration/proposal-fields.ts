/** A proposed change as the API tells of it. */
import { z } from 'zod';
import type { ReadProposal } from '../../../broker/proposals.ts';
import { PROPOSAL_STATES, type ChangeProposal } from '../../../core/ports/change-proposals.ts';
import { personId } from '../../../core/principal.ts';
import { editSchema } from '../../change-fields.ts';
import { differenceFields, impactSchema } from './change.ts';

const aboutFields = {
  id: z.string(),
  author: z.string().describe('As in the audit record.'),
  reason: z.string(),
  why: z.string().describe('Why somebody else has to approve it.'),
  baseVersion: z.int().describe('The version of the catalogue that it changes, and no other.'),
  restored: z.int().optional().describe('The version that it goes back to.'),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
};

export const aboutSchema = z.strictObject(aboutFields);

export const proposalSchema = z.strictObject({
  ...aboutFields,
  state: z.enum(PROPOSAL_STATES),
  decision: z
    .strictObject({
      at: z.iso.datetime(),
      by: z.string(),
      reason: z.string().optional(),
      version: z.int().optional(),
    })
    .optional(),
  ...differenceFields,
  impact: impactSchema.optional().describe('By now; absent where it cannot be applied.'),
  obstacle: z.string().optional().describe('Why it cannot be applied, whoever approves it.'),
  isOwn: z.boolean(),
  whyNotApprove: z.string().optional().describe('Why you may not approve it.'),
  whyNotReject: z.string().optional().describe('Why you may not reject it.'),
  edits: z.array(editSchema).describe('Every entry that it touches, whole; to propose it again.'),
});

export function aboutView({
  author,
  createdAt,
  expiresAt,
  ...about
}: ChangeProposal): z.input<typeof aboutSchema> {
  return {
    ...about,
    author: personId(author),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

type ProposalView = Omit<ReadProposal, 'proposal' | 'decision' | 'difference' | 'obstacle'> &
  ReadProposal['difference'] &
  z.input<typeof aboutSchema> &
  Pick<z.input<typeof proposalSchema>, 'decision' | 'obstacle'>;

export function proposalView(read: ReadProposal): ProposalView {
  const { proposal, decision, difference, obstacle, ...rest } = read;
  return {
    ...aboutView(proposal),
    ...(decision === undefined ? {} : { decision: { ...decision, at: decision.at.toISOString() } }),
    ...difference,
    ...(obstacle === undefined ? {} : { obstacle: obstacle.text }),
    ...rest,
  };
}
