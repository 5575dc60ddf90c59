/** What AWS lists as entries of the catalogue: proposed and planned, never applied. */
import { z } from 'zod';
import type { DiscoverEntries } from '../../../broker/discover-entries.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import { proposalSchema, proposalView } from './import.ts';

export function discoverOperation(discoverEntries: DiscoverEntries): Operation {
  return jsonOperation({
    id: 'discoverEntries',
    path: '/api/v1/admin/discover',
    summary: 'What AWS lists as entries of the catalogue',
    description: 'AWS is asked with a role of your own. Stores nothing.',
    access: 'caller',
    body: z.strictObject({
      role: z
        .string()
        .max(63)
        .describe('A role that you may use; it needs iam:ListRoles or organizations:ListAccounts.'),
      list: z
        .enum(['roles', 'accounts'])
        .describe('The roles of that role’s account, or the accounts of its organization.'),
    }),
    example: { role: 'inventory', list: 'roles' },
    answer: proposalSchema,
    answerDescription: 'The entries, what was left out, and the plan.',
    errors: [
      'administration.forbidden',
      'role.not_found',
      'sts.refused',
      'listing.refused',
      'listing.throttled',
      'listing.unavailable',
    ],
    handle: async ({ body, response }) =>
      proposalView(await discoverEntries(askerOf(response), { roleId: body.role, list: body.list })),
  });
}
