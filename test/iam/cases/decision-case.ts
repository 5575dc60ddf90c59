import type { ApplicablePolicies, Decision, DecisionReason } from '../../../src/iam/authorization.ts';
import { CALLERS, decide, policyOf, TOOLS, type StatementText } from '../support.ts';

export type CallerName = keyof typeof CALLERS;
export type Verdict = `${DecisionReason['why']} ${DecisionReason['by']}`;
export type CaseContext = Readonly<Record<string, readonly string[]>>;

/** What applies to the request, as text; `trust` is the resource's policy where the resource is a role. */
export interface CasePolicies {
  readonly identity?: readonly StatementText[];
  readonly resource?: readonly StatementText[];
  readonly trust?: readonly StatementText[];
  /** One policy each. */
  readonly session?: readonly (readonly StatementText[])[];
  readonly boundary?: readonly StatementText[];
  /** One policy for each level. */
  readonly serviceControl?: readonly (readonly StatementText[])[];
  readonly resourceControl?: readonly StatementText[];
}

/** A request, the policies that apply to it, and what decides: a row of the tables beside this file. */
export interface DecisionCase {
  readonly says: string;
  readonly caller: CallerName;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: CaseContext;
  readonly policies: CasePolicies;
  readonly version: '2008-10-17' | '2012-10-17';
  readonly expected: Verdict;
}

type Given = Omit<DecisionCase, 'says' | 'expected'>;

/** A message sent to a queue of the tools account: an action that identity and resource policies can both allow. */
export const SEND: Given = {
  caller: 'user',
  action: 'sqs:SendMessage',
  resource: `arn:aws:sqs:eu-central-1:${TOOLS}:jobs`,
  resourceAccount: TOOLS,
  context: {},
  policies: {},
  version: '2012-10-17',
};

export function caseOf(says: string, given: Partial<Given>, expected: Verdict): DecisionCase {
  return { ...SEND, ...given, says, expected };
}

export function decideCase(one: DecisionCase): Decision {
  const { policies, version, caller, action, resource, resourceAccount, context } = one;
  return decide({
    caller: CALLERS[caller],
    action,
    resource,
    resourceAccount,
    context,
    policies: applicable(policies, version),
  });
}

function applicable(policies: CasePolicies, version: string): ApplicablePolicies {
  const { identity, resource, trust, session, boundary, serviceControl, resourceControl } = policies;
  return {
    identity: identity === undefined ? [] : [policyOf('identity', identity, version)],
    ...(resource === undefined ? {} : { resource: policyOf('resource', resource, version) }),
    ...(trust === undefined ? {} : { resource: policyOf('trust', trust, version) }),
    ...(session === undefined ? {} : { session: session.map((one) => policyOf('session', one, version)) }),
    ...(boundary === undefined ? {} : { boundary: policyOf('boundary', boundary, version) }),
    ...(serviceControl === undefined
      ? {}
      : { serviceControl: serviceControl.map((level) => [policyOf('service-control', level, version)]) }),
    ...(resourceControl === undefined
      ? {}
      : { resourceControl: [policyOf('resource-control', resourceControl, version)] }),
  };
}
