/** What is to be set up in an account, as several operations answer it. */
import { z } from 'zod';
import type { PrintedAccount } from '../../../core/onboarding/print-onboarding.ts';
import type { Parameter } from '../../operation.ts';

export const roleParameter: Parameter = {
  name: 'role',
  in: 'path',
  description: 'The role’s id.',
  schema: z.string(),
};

export const documentSchema = z.record(z.string(), z.unknown());

export const accountPiecesSchema = z.strictObject({
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
          trustPolicy: documentSchema,
        }),
        z.strictObject({
          kind: z.literal('permission'),
          of: z.enum(['user', 'role']),
          principalName: z.string(),
          policyName: z.string(),
          document: documentSchema,
        }),
      ]),
    )
    .describe('In the words of IAM’s API.'),
  cli: z.string().describe('Commands for the AWS CLI v2, with credentials of this account.'),
  cloudFormation: documentSchema.optional(),
  terraform: z.string().optional(),
});

/** Policies are objects here and whatever JSON makes of them there. */
export function accountViews(accounts: readonly PrintedAccount[]): z.input<typeof accountPiecesSchema>[] {
  return JSON.parse(JSON.stringify(accounts)) as z.input<typeof accountPiecesSchema>[];
}
