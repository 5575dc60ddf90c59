/** Why somebody may or may not use a role: each step, with the failing one marked. */
import { z } from 'zod';
import type { AccessQuestion, ExplainAccess, Subject } from '../../../broker/explain-access.ts';
import { BrokerError, ERRORS } from '../../../core/errors.ts';
import { EXPLAINED_STEPS, type Explanation } from '../../../core/explain-access.ts';
import type { Operation } from '../../operation.ts';
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

const answerSchema = z.strictObject({
  permitted: z.boolean(),
  mapping: z.string().optional().describe('The one that is used.'),
  code: z.string().optional().describe('Why not, as a request for credentials would be refused.'),
  title: z.string().optional(),
  steps: z
    .array(
      z.strictObject({
        step: z.enum(EXPLAINED_STEPS),
        state: z.enum(['ok', 'failed', 'not-reached']),
        text: z.string(),
      }),
    )
    .describe('In the order of the decision; the last says what STS is asked.'),
  mappings: z
    .array(z.strictObject({ mappingId: z.string(), lacks: z.array(z.string()) }))
    .describe('Those that give the role, the nearest first, each with what of it does not hold.'),
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

type View = Pick<Explanation, 'steps' | 'mappings'> &
  Omit<z.input<typeof answerSchema>, 'steps' | 'mappings'>;

function viewOf({ verdict, steps, mappings }: Explanation): View {
  const { permitted } = verdict;
  if (permitted) return { permitted, mapping: verdict.reason.mappingId, steps, mappings };
  const { code, hint } = verdict;
  return { permitted, code, title: hint ?? ERRORS[code].text, steps, mappings };
}
