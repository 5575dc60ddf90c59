import { z } from 'zod';
import { principalId, principalLabel, type Principal } from '../../core/principal.ts';
import type { Operation } from '../operation.ts';
import { jsonOperation } from './json-operation.ts';

const meSchema = z.strictObject({
  kind: z.enum(['user', 'application']),
  id: z.string().describe('As in the audit record.'),
  label: z.string(),
  connector: z.string().optional().describe('Of a person: the connector they came through.'),
  subject: z.string().optional(),
  email: z.string().optional(),
  groups: z.array(z.string()).optional().describe('Exactly as they arrived.'),
  attributes: z.record(z.string(), z.array(z.string())).optional(),
});

export function meOperation(): Operation {
  return jsonOperation({
    id: 'getMe',
    path: '/api/v1/me',
    summary: 'Who you are to Daypass',
    access: 'caller',
    answer: meSchema,
    answerDescription: 'The principal, with the groups and attributes that its identity provider sent.',
    handle: ({ caller }) => meOf(caller.principal),
  });
}

function meOf(principal: Principal): z.input<typeof meSchema> {
  const common = { kind: principal.kind, id: principalId(principal), label: principalLabel(principal) };
  if (principal.kind === 'application') return common;
  const { connectorId, subject, email, groups, attributes } = principal.identity;
  return {
    ...common,
    connector: connectorId,
    subject,
    email,
    groups: [...groups],
    attributes: Object.fromEntries([...attributes].map(([name, values]) => [name, [...values]])),
  };
}
