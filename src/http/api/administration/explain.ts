/** Why somebody may or may not use a role: each step, with the failing one marked. */
import { z } from 'zod';
import type { AccessQuestion, ExplainAccess, Subject } from '../../../broker/explain-access.ts';
import { CATALOGUE_LISTS } from '../../../core/catalogue.ts';
import { BrokerError, ERRORS } from '../../../core/errors.ts';
import type { Explanation } from '../../../core/explain-access.ts';
import type { Operation } from '../../operation.ts';
import { stepSchema } from '../../step-fields.ts';
import { jsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';

const value = z.string().max(1024);
const values = z.array(value).max(1000);

const explainBody = z
  .strictObject({
    role: z.string().max(63),
    purpose: z.enum(['credentials', 'console']).default('credentials'),
    mapping: z.string().max(63).optional(),
    durationSeconds: z.number().optional(),
    sessionPolicy: z.string().max(8192).optional().describe('an IAM policy document, as text'),
    /** Whom it is about: exactly one of these. */
    person: z.strictObject({ connector: value, subject: value }).optional(),
    application: value.optional(),
    identity: z
      .strictObject({
        connector: value,
        subject: value.default(''),
        groups: values.default([]),
        attributes: z.record(value, values).default({}),
        contexts: values.default([]),
      })
      .optional(),
  })
  .refine(
    ({ person, application, identity }) =>
      [person, application, identity].filter((given) => given !== undefined).length === 1,
    'give one of person, application and identity',
  );

const principalSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('saml-provider'), arn: z.string() }),
  z.strictObject({ kind: z.literal('openid-provider'), arn: z.string(), issuer: z.string() }),
  z.strictObject({ kind: z.literal('aws'), credentialSource: z.string(), arn: z.string().optional() }),
  z.strictObject({ kind: z.literal('services'), services: z.array(z.string()) }),
]);

const needsSchema = z.strictObject({
  trust: z
    .array(
      z.strictObject({
        roleArn: z.string(),
        principal: principalSchema,
        actions: z.array(z.string()),
        conditions: z.array(z.strictObject({ key: z.string(), values: z.array(z.string()) })),
      }),
    )
    .describe('Statements that trust policies need; each condition is a StringEquals.'),
  permissions: z
    .array(
      z.strictObject({
        credentialSource: z.string(),
        hubRoleArn: z.string().optional().describe('Where this role’s session signs.'),
        actions: z.array(z.string()),
        resource: z.string(),
      }),
    )
    .describe('What the policies of whoever signs must allow.'),
});

const answerSchema = z.strictObject({
  permitted: z.boolean(),
  mapping: z.string().optional().describe('The one that is used.'),
  code: z.string().optional().describe('Why not, as a request for credentials would be refused.'),
  title: z.string().optional(),
  steps: z
    .array(
      stepSchema.extend({
        mend: z
          .strictObject({ list: z.enum([...CATALOGUE_LISTS, 'people']), id: z.string().optional() })
          .optional()
          .describe('Of the failed step: what mends it.'),
      }),
    )
    .describe(
      'In the order of the decision; the last two say what STS is asked, and what AWS must allow for it.',
    ),
  mappings: z
    .array(z.strictObject({ mappingId: z.string(), lacks: z.array(z.string()) }))
    .describe('Those that give the role, the nearest first, each with what of it does not hold.'),
  needs: needsSchema.optional().describe('What AWS must allow; where access is permitted.'),
});

export function explainOperation(explainAccess: ExplainAccess): Operation {
  return jsonOperation({
    id: 'explainAccess',
    path: '/api/v1/admin/explain',
    summary: 'Why somebody may or may not use a role',
    access: 'caller',
    body: explainBody,
    example: { role: 'production-readonly', application: 'billing-report' },
    bodyLimit: '256kb',
    answer: answerSchema,
    answerDescription: 'The decision, step by step, with the failing one marked.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ body, response }) {
      return viewOf(await explainAccess(askerOf(response), questionOf(body)));
    },
  });
}

type ExplainBody = z.infer<typeof explainBody>;

function questionOf({
  role,
  purpose,
  mapping,
  durationSeconds,
  sessionPolicy,
  ...body
}: ExplainBody): AccessQuestion {
  return {
    subject: subjectOf(body),
    request: {
      roleId: role,
      purpose,
      ...(mapping === undefined ? {} : { mappingId: mapping }),
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    },
  };
}

function subjectOf({
  person,
  application,
  identity,
}: Pick<ExplainBody, 'person' | 'application' | 'identity'>): Subject {
  if (person !== undefined) return { person: { connectorId: person.connector, subject: person.subject } };
  if (application !== undefined) return { application };
  if (identity === undefined) throw new BrokerError('request.malformed');
  const { connector: connectorId, contexts, attributes, ...rest } = identity;
  return {
    identity: { connectorId, ...rest, attributes: new Map(Object.entries(attributes)) },
    contexts,
  };
}

type View = Pick<Explanation, 'steps' | 'mappings' | 'needs'> &
  Omit<z.input<typeof answerSchema>, 'steps' | 'mappings' | 'needs'>;

function viewOf({ verdict, ...explained }: Explanation): View {
  const { permitted } = verdict;
  if (permitted) return { permitted, mapping: verdict.reason.mappingId, ...explained };
  const { code, hint } = verdict;
  return { permitted, code, title: hint ?? ERRORS[code].text, ...explained };
}
