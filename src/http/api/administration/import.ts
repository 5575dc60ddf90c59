/** Other people's files as entries of the catalogue: proposed and planned, never applied. */
import { z } from 'zod';
import type { Plan } from '../../../broker/administer-catalogue.ts';
import type { ImportEntries, ImportProposal } from '../../../broker/import-entries.ts';
import type { CatalogueDifference } from '../../../core/catalogue-difference.ts';
import { IMPORT_KINDS } from '../../../core/import/import-kinds.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import { CATALOGUE_LIMIT } from './catalogue.ts';
import { plannedSchema } from './change.ts';

const name = z.string().min(1).max(256);
const entry = z.array(z.looseObject({ id: z.string() }));

export const proposalSchema = z.strictObject({
  entries: z
    .strictObject({ accounts: entry, roles: entry, mappings: entry })
    .describe('To be added to the catalogue of that version.'),
  notes: z
    .array(
      z.strictObject({
        kind: z.enum(['left-out', 'check']),
        file: z.string(),
        place: z.string(),
        message: z.string(),
      }),
    )
    .describe('What could not be carried over, and what was on an assumption.'),
  plan: plannedSchema.describe('What adding them would change, and for whom.'),
});

const importBody = z.strictObject({
  kind: z.enum(IMPORT_KINDS),
  files: z
    .array(z.strictObject({ name, text: z.string() }))
    .min(1)
    .max(1_000),
  connector: name.optional().describe('Whose groups and users the mappings name; without it none are made.'),
  credentialSource: name
    .optional()
    .describe('For aws-config: what the roles are assumed by. Without it they are assumed by SAML.'),
});

export function importOperation(importEntries: ImportEntries): Operation {
  return jsonOperation({
    id: 'importEntries',
    path: '/api/v1/admin/import',
    summary: 'Other people’s files as entries of the catalogue',
    description: 'Stores nothing.',
    access: 'caller',
    body: importBody,
    example: {
      kind: 'saml-roles',
      files: [{ name: 'groups.txt', text: 'aws#payments#ReadOnly#111122223333' }],
    },
    bodyLimit: CATALOGUE_LIMIT,
    answer: proposalSchema,
    answerDescription: 'The entries, what could not be carried over, and the plan.',
    errors: ['administration.forbidden', 'catalogue.refused'],
    handle: async ({ body, response }) => proposalView(await importEntries(askerOf(response), body)),
  });
}

type ProposalView = Omit<ImportProposal, 'plan'> & {
  readonly plan: Omit<Plan, 'difference'> & CatalogueDifference;
};

export function proposalView({
  plan: { difference, ...plan },
  entries,
  notes,
}: ImportProposal): ProposalView {
  return { entries, notes, plan: { ...plan, ...difference } };
}
