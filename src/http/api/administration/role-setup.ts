/** What an administrator does for one role beside reading its onboarding: an external ID, a try. */
import { z } from 'zod';
import type { RoleCheck } from '../../../broker/check-role.ts';
import type { RoleSetup } from '../../../broker/role-setup.ts';
import type { Operation } from '../../operation.ts';
import { reasonSchema } from '../../change-fields.ts';
import { jsonOperation, pathParameter } from '../json-operation.ts';
import { accountPiecesSchema, accountViews, roleParameter } from './account-pieces.ts';
import { askerOf } from './asker.ts';
import { changeOperation } from './change-operations.ts';
import { lintOperation } from './lint.ts';
import { onboardRoleOperation } from './onboarding.ts';
import { checkedFields, listRoleChecksOperation } from './role-checks.ts';

export function roleSetupOperations(setup: RoleSetup): Operation[] {
  return [
    onboardRoleOperation(setup),
    giveExternalId(setup),
    checkRole(setup),
    listRoleChecksOperation(setup.listRoleChecks),
    lintOperation(setup),
  ];
}

function giveExternalId({ giveExternalId: give }: Pick<RoleSetup, 'giveExternalId'>): Operation {
  return changeOperation({
    id: 'giveExternalId',
    path: '/api/v1/admin/roles/{role}/external-id',
    summary: 'Give a role an external ID',
    description: 'Daypass makes it. The role goes on working until its trust policy asks for it.',
    parameters: [roleParameter],
    body: z.strictObject({ reason: reasonSchema }),
    example: { reason: 'Example Corp becomes a customer' },
    answerDescription: 'The new version of the catalogue; the role’s onboarding has the external ID.',
    errors: ['request.not_found'],
    change: (asker, { request }, change) => give(asker, pathParameter(request, 'role'), change),
  });
}

const checkAnswer = z.strictObject({
  ...checkedFields,
  patch: z.array(accountPiecesSchema).optional().describe('What mends it, in the order to apply it.'),
});

function checkRole({ roleChecks }: Pick<RoleSetup, 'roleChecks'>): Operation {
  return jsonOperation({
    id: 'checkRole',
    path: '/api/v1/admin/roles/{role}/check',
    summary: 'Try a role out',
    description:
      'Asks AWS for the shortest session, which may do nothing, and throws it away. Nothing is changed.',
    access: 'caller',
    parameters: [roleParameter],
    body: z.strictObject({}),
    answer: checkAnswer,
    answerDescription: 'Whether it works, else why not and what mends it.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ request, response }) {
      return viewOf(await roleChecks.check(askerOf(response), pathParameter(request, 'role')));
    },
  });
}

function viewOf({ roleId, patch, ...check }: RoleCheck): z.input<typeof checkAnswer> {
  return { role: roleId, ...check, ...(patch === undefined ? {} : { patch: accountViews(patch) }) };
}
