import { allow, TOOLS, type StatementText } from '../support.ts';
import { caseOf, type CasePolicies, type DecisionCase, type Verdict } from './decision-case.ts';

type Scalar = string | number | boolean;

/** A condition, the values that the request has for its key (undefined: no such key), and whether it holds. */
export type ConditionRow = readonly [
  says: string,
  operator: string,
  wanted: Scalar | readonly Scalar[],
  actual: readonly string[] | undefined,
  holds: boolean,
];

/** Where the condition stands, and what decides where it holds and where it does not. */
export interface ConditionPlace {
  readonly key: string;
  readonly policies: (condition: StatementText) => CasePolicies;
  readonly held: Verdict;
  readonly failed: Verdict;
}

const ALLOWED = { identity: [allow()] };
const given = (condition: StatementText): StatementText => ({ ...allow('sqs:*'), Condition: condition });

/** The same condition in another kind of policy: what it decides there. */
export const PLACES = {
  identity: {
    policies: (condition: StatementText): CasePolicies => ({ identity: [given(condition)] }),
    held: 'allowed identity',
    failed: 'no-allow identity',
  },
  session: {
    policies: (condition: StatementText): CasePolicies => ({ ...ALLOWED, session: [[given(condition)]] }),
    held: 'allowed identity',
    failed: 'no-allow session',
  },
  boundary: {
    policies: (condition: StatementText): CasePolicies => ({ ...ALLOWED, boundary: [given(condition)] }),
    held: 'allowed identity',
    failed: 'no-allow boundary',
  },
  serviceControl: {
    policies: (condition: StatementText): CasePolicies => ({
      ...ALLOWED,
      serviceControl: [[given(condition)]],
    }),
    held: 'allowed identity',
    failed: 'no-allow service-control',
  },
  /** Holds, and so it denies. */
  resourceDeny: {
    policies: (condition: StatementText): CasePolicies => ({
      ...ALLOWED,
      resource: [{ ...given(condition), Effect: 'Deny', Principal: '*' }],
    }),
    held: 'explicit-deny resource',
    failed: 'allowed identity',
  },
  resource: {
    policies: (condition: StatementText): CasePolicies => ({
      resource: [{ ...given(condition), Principal: { AWS: '*' } }],
    }),
    held: 'allowed resource',
    failed: 'no-allow identity',
  },
} as const satisfies Record<string, Omit<ConditionPlace, 'key'>>;

export function conditionCases(place: ConditionPlace, rows: readonly ConditionRow[]): DecisionCase[] {
  const { key, policies, held, failed } = place;
  return rows.map(([says, operator, wanted, actual, holds]) =>
    caseOf(
      `${operator}: ${says}`,
      {
        caller: 'session',
        resource: `arn:aws:sqs:eu-central-1:${TOOLS}:jobs`,
        // The request spells the key in its own way.
        context: actual === undefined ? {} : { [respelled(key)]: actual },
        policies: policies({ [operator]: { [key]: wanted } }),
      },
      holds ? held : failed,
    ),
  );
}

function respelled(key: string): string {
  return key.replace(/^aws:(.)/, (_all, first: string) => `aws:${first.toLowerCase()}`);
}
