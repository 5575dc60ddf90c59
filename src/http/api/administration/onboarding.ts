/** What the owner of an account has to set up for a role, in every form. */
import { z } from 'zod';
import type { RoleOnboarding } from '../../../broker/onboard-role.ts';
import type { RoleSetup } from '../../../broker/role-setup.ts';
import type { PrintedAccount } from '../../../core/onboarding/print-onboarding.ts';
import type { Operation, Parameter } from '../../operation.ts';
import { jsonOperation, pathParameter } from '../json-operation.ts';
import { askerOf } from './asker.ts';

const roleParameter: Parameter = {
  name: 'role',
  in: 'path',
  description: 'The role’s id.',
  schema: z.string(),
};

const state = z.enum(['new', 'existing']).default('new');
const document = z.record(z.string(), z.unknown());

const accountPiecesSchema = z.strictObject({
  accountId: z.string(),
  partition: z.string(),
  pieces: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('saml-provider'), name: z.string(), metadata: z.string() }),
        z.strictObject({
          kind: z.literal('openid-provider'),
          issuer: z.string(),
          clientIds: z.array(z.string()),
        }),
        z.strictObject({
          kind: z.literal('role'),
          name: z.string(),
          path: z.string(),
          maximumSeconds: z.int(),
          trustPolicy: document,
        }),
        z.strictObject({
          kind: z.literal('permission'),
          of: z.enum(['user', 'role']),
          principalName: z.string(),
          policyName: z.string(),
          document,
        }),
      ]),
    )
    .describe('In the words of IAM’s API.'),
  cli: z.string().describe('Commands for the AWS CLI v2, with credentials of this account.'),
  cloudFormation: document.optional(),
  terraform: z.string().optional(),
});

const noteSchema = z.strictObject({ code: z.string(), text: z.string() });

const answer = z.strictObject({
  version: z.int().describe('Of the catalogue that this follows from.'),
  role: z.string(),
  externalId: z.string().optional(),
  accounts: z.array(accountPiecesSchema).describe('In the order to apply them.'),
  stackSet: z
    .strictObject({ template: document, commands: z.string() })
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

/** Policies are objects here and whatever JSON makes of them there. */
function accountViews(accounts: readonly PrintedAccount[]): z.input<typeof accountPiecesSchema>[] {
  return JSON.parse(JSON.stringify(accounts)) as z.input<typeof accountPiecesSchema>[];
}
