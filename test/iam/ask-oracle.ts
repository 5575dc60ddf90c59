import {
  isConditionKeyArray,
  runSimulation,
  typeForContextKey,
  type Simulation,
} from '@cloud-copilot/iam-simulate';
import type { CasePolicies, DecisionCase } from './cases/decision-case.ts';
import { CALLERS, type StatementText } from './support.ts';

/** What the other evaluator says; undefined where it cannot be asked. */
export type OracleAnswer = 'allowed' | 'no-allow' | 'explicit-deny';

const ANSWERS = {
  Allowed: 'allowed',
  ImplicitlyDenied: 'no-allow',
  ExplicitlyDenied: 'explicit-deny',
} as const;

/** Asks an evaluator that shares no code with ours. It knows every action and key of AWS, and takes no others. */
export async function askOracle(one: DecisionCase): Promise<OracleAnswer | { readonly why: string }> {
  const simulation = simulationOf(one, await contextOf(one));
  const outcome = await runSimulation(simulation, {});
  if (outcome.resultType === 'error') return { why: JSON.stringify(outcome.errors) };
  if (outcome.resultType === 'wildcard') return { why: 'wildcard' };
  if ((outcome.result.ignoredContextKeys ?? []).length > 0) return { why: 'keys' };
  return ANSWERS[outcome.overallResult];
}

function simulationOf(
  one: DecisionCase,
  contextVariables: Simulation['request']['contextVariables'],
): Simulation {
  const { action, resource, resourceAccount, policies, version } = one;
  const document = (statements: readonly StatementText[]): object => ({
    Version: version,
    Statement: statements,
  });
  const named = (name: string, statements: readonly StatementText[]) => ({
    name,
    policy: document(statements),
  });
  const levels = (name: string, all: CasePolicies['serviceControl'] = []) =>
    all.map((statements, index) => ({
      orgIdentifier: `${name}-${index}`,
      policies: [named(name, statements)],
    }));
  const { identity, resource: onResource, trust, session = [], boundary, resourceControl } = policies;
  const owned = onResource ?? trust;
  return {
    request: {
      principal: principalOf(one),
      action,
      resource: { resource, accountId: resourceAccount },
      contextVariables,
    },
    identityPolicies: identity === undefined ? [] : [named('identity', identity)],
    serviceControlPolicies: levels('scp', policies.serviceControl),
    resourceControlPolicies: levels('rcp', resourceControl === undefined ? [] : [resourceControl]),
    ...(owned === undefined ? {} : { resourcePolicy: document(owned) }),
    ...(session.length === 0 ? {} : { sessionPolicy: document(session.flat()) }),
    ...(boundary === undefined ? {} : { permissionBoundaryPolicies: [named('boundary', boundary)] }),
  };
}

function principalOf({ caller }: DecisionCase): string {
  const asked = CALLERS[caller];
  switch (asked.kind) {
    case 'user':
      return asked.userArn;
    case 'role-session':
    case 'federated-user':
      return asked.sessionArn;
    case 'root':
      return `arn:aws:iam::${asked.accountId}:root`;
    case 'service':
      return asked.service;
    case 'saml':
    case 'web-identity':
      return asked.provider;
  }
}

async function contextOf({ context }: DecisionCase): Promise<Record<string, string | string[]>> {
  const entries = Object.entries(context).map(async ([key, values]) => {
    const list = [...values];
    const [only = ''] = list;
    return [key, list.length === 1 && !(await isList(key)) ? only : list] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function isList(key: string): Promise<boolean> {
  try {
    return isConditionKeyArray(await typeForContextKey(key));
  } catch {
    return false;
  }
}
