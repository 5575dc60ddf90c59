import type { ApplicablePolicies, Decision, NamedPolicy } from '../../src/iam/authorization.ts';
import { evaluate } from '../../src/iam/evaluate.ts';
import { parsePolicy } from '../../src/iam/parse-policy.ts';
import type { PolicyKind } from '../../src/iam/policy.ts';
import type { Caller } from '../../src/iam/principals.ts';

export const TOOLS = '111122223333';
export const PRODUCTION = '444455556666';
export const ROLE_ARN = `arn:aws:iam::${PRODUCTION}:role/ops/Ec2Operator`;

export type StatementText = Readonly<Record<string, unknown>>;

/** A policy of these statements, in the version that has variables unless told otherwise. */
export function policyOf(
  kind: PolicyKind,
  statements: readonly StatementText[],
  version = '2012-10-17',
): NamedPolicy {
  const text = JSON.stringify({ Version: version, Statement: statements });
  return { name: `${kind} policy`, policy: parsePolicy(text, kind) };
}

export function allow(action: string | string[] = '*', resource: string | string[] = '*'): StatementText {
  return { Effect: 'Allow', Action: action, Resource: resource };
}

export function deny(action: string | string[] = '*', resource: string | string[] = '*'): StatementText {
  return { Effect: 'Deny', Action: action, Resource: resource };
}

export function trust(principal: unknown, more: StatementText = {}): NamedPolicy {
  return policyOf('trust', [{ Effect: 'Allow', Principal: principal, Action: 'sts:*', ...more }]);
}

export const CANONICAL_ID = '79a59df900b949e55d96a1e698fbaced'.repeat(2);

export const CALLERS = {
  user: {
    kind: 'user',
    accountId: TOOLS,
    userArn: `arn:aws:iam::${TOOLS}:user/team/ada`,
    uniqueId: 'AIDAEXAMPLEADA00',
    canonicalUserId: CANONICAL_ID,
  },
  session: {
    kind: 'role-session',
    accountId: TOOLS,
    roleArn: `arn:aws:iam::${TOOLS}:role/hubs/Hub`,
    sessionArn: `arn:aws:sts::${TOOLS}:assumed-role/Hub/ada`,
    uniqueId: 'AROAEXAMPLEHUB00',
  },
  /** Of a role without a path, so that its ARN can be told from the session's. */
  plain: {
    kind: 'role-session',
    accountId: TOOLS,
    roleArn: `arn:aws:iam::${TOOLS}:role/Deploy`,
    sessionArn: `arn:aws:sts::${TOOLS}:assumed-role/Deploy/ada`,
  },
  federated: {
    kind: 'federated-user',
    accountId: TOOLS,
    userArn: `arn:aws:iam::${TOOLS}:user/reports`,
    sessionArn: `arn:aws:sts::${TOOLS}:federated-user/ada`,
    uniqueId: 'AIDAEXAMPLEREPO0',
  },
  root: { kind: 'root', accountId: TOOLS },
  rootFederated: {
    kind: 'federated-user',
    accountId: TOOLS,
    userArn: `arn:aws:iam::${TOOLS}:root`,
    sessionArn: `arn:aws:sts::${TOOLS}:federated-user/owner`,
  },
  service: { kind: 'service', service: 'lambda.amazonaws.com' },
  saml: { kind: 'saml', provider: `arn:aws:iam::${TOOLS}:saml-provider/daypass` },
  token: { kind: 'web-identity', provider: `arn:aws:iam::${TOOLS}:oidc-provider/localhost:8080/aws` },
  google: { kind: 'web-identity', provider: 'accounts.google.com' },
} as const satisfies Record<string, Caller>;

interface Question {
  readonly caller: Caller;
  readonly action?: string;
  readonly resource?: string;
  readonly resourceAccount?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly policies?: Partial<ApplicablePolicies>;
}

/** Whether a caller may do something; by default terminate an instance of the tools account. */
export function decide({ caller, policies = {}, context = {}, ...rest }: Question): Decision {
  const { action = 'ec2:TerminateInstances', resourceAccount = TOOLS } = rest;
  const { resource = `arn:aws:ec2:eu-central-1:${resourceAccount}:instance/i-0a` } = rest;
  return evaluate(
    { action, resource, resourceAccount, principal: caller, context: new Map(Object.entries(context)) },
    { identity: [], ...policies },
  );
}
