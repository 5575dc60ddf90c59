/** What the owner of an account has to set up for a role, in every form. */
import { z } from 'zod';
import type { RoleOnboarding } from '../../../broker/onboard-role.ts';
import type { RoleSetup } from '../../../broker/role-setup.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation, pathParameter } from '../json-operation.ts';
import { accountPiecesSchema, accountViews, documentSchema, roleParameter } from './account-pieces.ts';
import { askerOf } from './asker.ts';

const state = z.enum(['new', 'existing']).default('new');

const noteSchema = z.strictObject({ code: z.string(), text: z.string() });

const answer = z.strictObject({
  version: z.int().describe('Of the catalogue that this follows from.'),
  role: z.string(),
  externalId: z.string().optional(),
  accounts: z.array(accountPiecesSchema).describe('In the order to apply them.'),
  stackSet: z
    .strictObject({ template: documentSchema, commands: z.string() })
    .optional()
    .describe('For the role in every account that has one like it.'),
  notes: z.array(noteSchema),
});

export function onboardRoleOperation({ onboardRole }: Pick<RoleSetup, 'onboardRole'>): Operation {
  return jsonOperation({
    id: 'getRoleOnboarding',
    path: '/api/v1/admin/roles/{role}/onboarding',
    summary: 'What a role’s account has to set up',
    description: 'Trust policy, provider and permission, and nothing beyond what the role needs.',
    access: 'caller',
    parameters: [roleParameter],
    query: z.strictObject({
      role: state.describe('Whether the role is there already.'),
      provider: state.describe('Whether the SAML or OpenID provider is there already.'),
    }),
    answer,
    answerDescription: 'The pieces, as they are and in each form.',
    errors: ['administration.forbidden', 'request.not_found', 'broker.credentials'],
    async handle({ query, request, response }) {
      const existing = { role: query.role === 'existing', provider: query.provider === 'existing' };
      const asker = askerOf(response);
      return viewOf(await onboardRole(asker, pathParameter(request, 'role'), existing));
    },
  });
}

function viewOf({ role, version, accounts, stackSet, notes }: RoleOnboarding): z.input<typeof answer> {
  const externalId = 'externalId' in role.grant ? role.grant.externalId : undefined;
  return {
    version,
    role: role.id,
    ...(externalId === undefined ? {} : { externalId }),
    accounts: accountViews(accounts),
    ...(stackSet === undefined ? {} : { stackSet: { ...stackSet, template: { ...stackSet.template } } }),
    notes: [...notes],
  };
}
