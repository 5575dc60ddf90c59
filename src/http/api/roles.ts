import { z } from 'zod';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import { roleArnOf } from '../../core/catalogue.ts';
import type { Entitlement } from '../../core/entitlements.ts';
import { supportOf } from '../../core/role-limits.ts';
import type { Operation } from '../operation.ts';
import { jsonOperation } from './json-operation.ts';
import { pageOfRoles, type PageOfRoles } from './page-of-roles.ts';

const reasonSchema = z
  .strictObject({
    mappingId: z.string(),
    through: z.enum(['group', 'user', 'attribute', 'application']),
    value: z.string(),
  })
  .describe('The mapping that gives the role, and through what of yours.');

const roleSchema = z.strictObject({
  id: z.string().describe('What requests for its credentials name.'),
  label: z.string(),
  description: z.string().optional(),
  account: z.strictObject({
    id: z.string(),
    name: z.string(),
    partition: z.string(),
    environment: z.string().optional(),
  }),
  roleName: z.string(),
  roleArn: z.string().optional().describe('Absent where the credentials are no role’s.'),
  operation: z.string().describe('The STS operation that gives its credentials.'),
  console: z.boolean().describe('Whether they open the console.'),
  reservedForServices: z.array(z.string()).describe('If any, nobody else can use it.'),
  authentication: z
    .strictObject({ maximumAgeSeconds: z.int().optional(), contexts: z.array(z.string()) })
    .optional()
    .describe('What it asks of a sign-in.'),
  chained: z.boolean().describe('Got with another session’s credentials: an hour at most.'),
  durationSeconds: z.strictObject({ minimum: z.int(), default: z.int(), maximum: z.int() }),
  reason: reasonSchema,
  alternatives: z.array(reasonSchema).describe('Other mappings that give it; a request may name one.'),
});

export const rolesQuery = z.strictObject({
  limit: z.coerce
    .number<string>()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('How many at most. All, where it is absent.'),
  cursor: z.string().max(2_000).optional().describe('The nextCursor of the page before.'),
});

export const rolesSchema = z.strictObject({
  roles: z.array(roleSchema),
  nextCursor: z.string().optional().describe('Asks for the next page; absent on the last.'),
});

export function rolesOperation(entitlements: Pick<EntitlementSource, 'list'>): Operation {
  return jsonOperation({
    id: 'listRoles',
    path: '/api/v1/roles',
    summary: 'The roles you may use',
    description: 'Sorted by account and role. All at once unless a limit is given.',
    access: 'caller',
    query: rolesQuery,
    answer: rolesSchema,
    answerDescription: 'The roles, each with why you have it.',
    async handle({ caller, query }) {
      return rolesOf(await entitlements.list(caller.principal), query);
    },
  });
}

export function rolesOf(
  sorted: readonly Entitlement[],
  query: z.output<typeof rolesQuery>,
): Pick<PageOfRoles, 'nextCursor'> & { readonly roles: readonly ReturnType<typeof roleOf>[] } {
  const { entitlements, nextCursor } = pageOfRoles(sorted, query);
  return { roles: entitlements.map(roleOf), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

function roleOf({ role, account, reason, limits, chained, alternatives }: Entitlement) {
  const support = supportOf(role);
  return {
    id: role.id,
    label: role.label ?? role.roleName,
    description: role.description,
    account: {
      id: account.id,
      name: account.name,
      partition: account.partition,
      environment: account.environment,
    },
    roleName: role.roleName,
    roleArn: support.sessionName?.maximumLength === 64 ? roleArnOf(account, role) : undefined,
    operation: support.operation,
    console: support.console !== 'never',
    reservedForServices: role.reservedForServices,
    authentication: role.authentication,
    chained,
    durationSeconds: {
      minimum: limits.minimumSeconds,
      default: limits.defaultSeconds,
      maximum: limits.maximumSeconds,
    },
    reason,
    alternatives: alternatives.map((other) => other.reason),
  };
}
