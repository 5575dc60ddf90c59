import { z } from 'zod';
import type { RoleSetup } from '../../../broker/role-setup.ts';
import { LINT_CODES, type LintCode } from '../../../core/onboarding/lint-codes.ts';
import { LINTED_KINDS } from '../../../core/onboarding/lint-policy.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation } from '../json-operation.ts';
import { documentSchema } from './account-pieces.ts';
import { askerOf } from './asker.ts';

const patchOperation = z.strictObject({
  op: z.enum(['add', 'replace']),
  path: z.string(),
  value: z.unknown(),
});

const answer = z.strictObject({
  findings: z.array(
    z.strictObject({
      code: z.enum(Object.keys(LINT_CODES) as [LintCode, ...LintCode[]]),
      severity: z.enum(['error', 'warning']),
      where: z.string(),
      text: z.string(),
      patch: z.array(patchOperation).optional().describe('RFC 6902, on the document as it is.'),
    }),
  ),
  patched: documentSchema.optional().describe('The document with every patch; absent where there is none.'),
});

const body = z.strictObject({
  kind: z.enum(LINTED_KINDS).default('trust'),
  policy: z.string().max(20_480).describe('The document, as text.'),
  role: z.string().max(63).optional().describe('The role whose trust policy it is: what it needs is known.'),
});

/** Somebody else's document, which Daypass only reads. */
export function lintOperation({ lintRolePolicy }: Pick<RoleSetup, 'lintRolePolicy'>): Operation {
  return jsonOperation({
    id: 'lintPolicy',
    path: '/api/v1/admin/lint',
    summary: 'What is wrong with a policy document',
    access: 'caller',
    body,
    example: {
      kind: 'trust',
      policy: '{"Version":"2012-10-17","Statement":[]}',
      role: 'production-readonly',
    },
    answer,
    answerDescription: 'Nothing found is an empty list.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ body: { kind, policy: text, role }, response }) {
      const question = { kind, text, ...(role === undefined ? {} : { roleId: role }) };
      const { findings, patched } = await lintRolePolicy(askerOf(response), question);
      return {
        findings,
        ...(patched === undefined ? {} : { patched: { ...patched } }),
      };
    },
  });
}
