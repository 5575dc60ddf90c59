import { z } from 'zod';
import { parsePolicy } from '../../../iam/parse-policy.ts';
import type { Caller } from '../../../iam/principals.ts';
import { authorize, decide } from '../access/authorize.ts';
import { type AwsCaller, sessionCaller } from '../access/caller.ts';
import { callerKeys, type ConditionKeys, epochSeconds, requestKeys } from '../access/request-context.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { World } from '../organization/world.ts';
import { iamArn } from '../organization/identifiers.ts';
import type { SessionClaims } from '../sts/sessions.ts';
import { explainDecision, type ExplainedDecision } from './explain-decision.ts';
import { namesIn } from './explain-call.ts';
import type { RecordedDecision } from './recorded-decision.ts';
import { findTraps } from './traps.ts';
import { findResource } from './what-if-resource.ts';

/*
 * What would be decided if somebody asked: the same evaluator with the same policies, and nothing is done.
 */

const values = z.union([z.string().max(2048), z.array(z.string().max(2048)).max(50)]);

const whatIfSchema = z.strictObject({
  /** ARN of a user, role, session, root user or identity provider; or a service, `lambda.amazonaws.com`. */
  principal: z.string().min(1).max(2048),
  action: z.string().regex(/^[a-z0-9-]{1,64}:[A-Za-z0-9]{1,128}$/, 'write one action, such as s3:GetObject'),
  resource: z.string().min(1).max(2048),
  /** Condition keys beside those that every request of this principal has, or in place of them. */
  context: z
    .record(z.string().min(1).max(256), values)
    .refine((keys) => Object.keys(keys).length <= 100, 'write at most 100 keys')
    .exactOptional(),
  /** With a role it narrows a session of it; with a user it is what GetFederationToken was asked for with. */
  sessionPolicy: z.union([z.string().max(16_384), z.record(z.string(), z.unknown())]).exactOptional(),
});

type WhatIf = z.output<typeof whatIfSchema>;

export interface WhatIfAnswer {
  readonly decision: RecordedDecision;
  readonly explanation: ExplainedDecision;
  readonly traps: readonly string[];
}

/** What is wrong with a question. */
export class WhatIfError extends Error {}

/** @throws WhatIfError */
export function whatIf(world: World, request: AwsRequest, input: unknown): WhatIfAnswer {
  const read = whatIfSchema.safeParse(input);
  if (!read.success) {
    const problems = read.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the body'}: ${message}`,
    );
    throw new WhatIfError(problems.slice(0, 10).join('; '));
  }
  const decision = decisionOf(world, request, read.data);
  const code = decision.allowed ? 'Success' : 'AccessDenied';
  return {
    decision,
    explanation: explainDecision(decision, namesIn(world)),
    traps: findTraps({ code, decision }),
  };
}

function decisionOf(world: World, request: AwsRequest, asked: WhatIf): RecordedDecision {
  const sessionPolicy = readSessionPolicy(asked);
  const found = findResource(world, asked.resource);
  if (found === 'no-such-role') return noSuchRole(asked);
  const made: RecordedDecision[] = [];
  const decided = (decision: RecordedDecision) => made.push(decision);
  const { action, resource } = asked;
  const outsider = outsiderOf(asked.principal);
  const known = new Map([...requestKeys(request, REGION), ...found.keys]);
  if (outsider === undefined) {
    const caller = callerOf(world, request, asked.principal, sessionPolicy);
    const keys = withContext(new Map([...known, ...callerKeys(caller, request.receivedAt)]), asked);
    const resourceAccount = found.accountId ?? caller.account.id;
    const resourcePolicy = found.policy === undefined ? {} : { resourcePolicy: found.policy };
    authorize(world, { caller, action, resource, resourceAccount, keys, decided, ...resourcePolicy });
  } else {
    const policies = { identity: [], ...(found.policy === undefined ? {} : { resource: found.policy }) };
    const context = withContext(known, asked);
    const resourceAccount = found.accountId ?? '';
    decide({ action, resource, resourceAccount, principal: outsider, context }, policies, decided);
  }
  const [decision] = made;
  if (decision === undefined) throw new WhatIfError('nothing was decided');
  return decision;
}

const REGION = 'us-east-1';

/** Keys compare without case: what is asked with stands in place of what is known. */
function withContext(known: ConditionKeys, { context = {} }: WhatIf): ConditionKeys {
  const asked = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  return new Map([...[...known].filter(([key]) => !asked.has(key.toLowerCase())), ...asked]);
}

/** Who belongs to no account. */
function outsiderOf(principal: string): Caller | undefined {
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/.test(principal)) {
    return { kind: 'service', service: principal };
  }
  if (/:saml-provider\//.test(principal)) return { kind: 'saml', provider: principal };
  return /:oidc-provider\//.test(principal) ? { kind: 'web-identity', provider: principal } : undefined;
}

function callerOf(
  world: World,
  request: AwsRequest,
  principal: string,
  policy: string | undefined,
): AwsCaller {
  const accountId = principal.split(':')[4] ?? '';
  const account = world.findAccount(accountId);
  if (account === undefined)
    throw new WhatIfError(`principal: the sandbox has no account ${accountId.slice(0, 32)}`);
  const accessKeyId = '';
  const user = world.findUser(principal);
  if (user !== undefined && policy === undefined) {
    return {
      kind: 'user',
      account,
      arn: user.arn,
      userId: user.id,
      entity: user,
      session: undefined,
      accessKeyId,
    };
  }
  if (principal === iamArn(accountId, 'root')) {
    const arn = principal;
    return {
      kind: 'root',
      account,
      arn,
      userId: accountId,
      entity: undefined,
      session: undefined,
      accessKeyId,
    };
  }
  const claims = claimsOf(world, request, principal);
  const session = policy === undefined ? claims : { ...claims, policy };
  const caller = sessionCaller(world, session, accessKeyId);
  if (caller === undefined) throw new WhatIfError('principal: the sandbox has no such user or role');
  return caller;
}

/** A session such as the principal would have. */
function claimsOf(world: World, request: AwsRequest, principal: string): SessionClaims {
  const accountId = principal.split(':')[4] ?? '';
  const issuedAt = epochSeconds(request.receivedAt);
  const times = { issuedAt, expiresAt: issuedAt + 3600 };
  if (world.findUser(principal) !== undefined) {
    const of = { kind: 'federated-user', origin: 'long-term-key', name: 'what-if' } as const;
    return { ...of, ...times, accountId, principalArn: principal };
  }
  const [, roleName = '', name = ''] = /:assumed-role\/([^/]+)\/([^/]+)$/.exec(principal) ?? [];
  const role =
    world.findRole(principal) ??
    world.findAccount(accountId)?.roles.find((one) => roleName !== '' && one.name === roleName);
  if (role === undefined) throw new WhatIfError('principal: the sandbox has no such user or role');
  return {
    kind: 'assumed-role',
    origin: 'long-term-key',
    name: name === '' ? 'what-if' : name,
    ...times,
    accountId,
    principalArn: role.arn,
  };
}

function readSessionPolicy({ sessionPolicy }: WhatIf): string | undefined {
  if (sessionPolicy === undefined) return undefined;
  try {
    // Nested too deep, an object cannot be written either.
    const text = typeof sessionPolicy === 'string' ? sessionPolicy : JSON.stringify(sessionPolicy);
    parsePolicy(text, 'session');
    return text;
  } catch (error) {
    throw new WhatIfError(`sessionPolicy: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

function noSuchRole({ principal, action, resource }: WhatIf): RecordedDecision {
  const rule = 'there is no such role';
  return { principal, action, resource, allowed: false, why: 'rule', by: 'sts', rule, statements: [] };
}
