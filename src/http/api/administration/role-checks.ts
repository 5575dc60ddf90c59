import { z } from 'zod';
import type { ListRoleChecks } from '../../../broker/list-role-checks.ts';
import { CHECK_CAUSES, type CheckCause } from '../../../core/onboarding/check-causes.ts';
import { CHECK_OUTCOMES } from '../../../core/ports/role-checks.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';

/** What was found of one role. */
export const checkedFields = {
  role: z.string(),
  outcome: z.enum(CHECK_OUTCOMES),
  cause: z.enum(Object.keys(CHECK_CAUSES) as [CheckCause, ...CheckCause[]]),
  text: z.string(),
  detail: z.string().optional().describe('AWS’s own words.'),
};

export function listRoleChecksOperation(listRoleChecks: ListRoleChecks): Operation {
  return jsonOperation({
    id: 'listRoleChecks',
    path: '/api/v1/admin/checks',
    summary: 'What was found when each role was last tried out',
    description: 'On the schedule, or because somebody asked. Tries nothing out.',
    access: 'caller',
    query: z.strictObject({
      outcome: z.enum(CHECK_OUTCOMES).optional().describe('Only those that were found so.'),
    }),
    answer: z.strictObject({
      checks: z.array(z.strictObject({ ...checkedFields, account: z.string(), at: z.iso.datetime() })),
      untried: z.int().describe('How many roles nobody has tried out yet.'),
    }),
    answerDescription: 'What does not work comes first.',
    errors: ['administration.forbidden'],
    async handle({ query, response }) {
      const { checks, untried } = await listRoleChecks(askerOf(response));
      const wanted = checks.filter(({ outcome }) => (query.outcome ?? outcome) === outcome);
      return {
        untried,
        checks: wanted.map(({ roleId, outcome, cause, text, detail, account, at }) => ({
          role: roleId,
          outcome,
          cause,
          text,
          detail,
          account: account.id,
          at: at.toISOString(),
        })),
      };
    },
  });
}
