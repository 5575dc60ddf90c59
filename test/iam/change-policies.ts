import type { CasePolicies, DecisionCase } from './cases/decision-case.ts';
import type { StatementText } from './support.ts';

export const withPolicies = (one: DecisionCase, more: CasePolicies): DecisionCase => ({
  ...one,
  policies: { ...one.policies, ...more },
});

/** As if that kind of policy did not exist. */
export function withoutPolicy(one: DecisionCase, kind: string): DecisionCase {
  const others = Object.entries(one.policies).filter(([name]) => name !== kind);
  return { ...one, policies: Object.fromEntries(others) };
}

/** Changes every list of statements there is. */
export function mapStatements(
  one: DecisionCase,
  change: (statements: readonly StatementText[], kind: keyof CasePolicies) => readonly StatementText[],
): DecisionCase {
  const policies = Object.entries(one.policies).map(([name, value]) => {
    const kind = name as keyof CasePolicies;
    const lists = value as readonly (readonly StatementText[] | StatementText)[];
    const nested = kind === 'session' || kind === 'serviceControl';
    const changed = nested
      ? (lists as readonly (readonly StatementText[])[]).map((list) => change(list, kind))
      : change(lists as readonly StatementText[], kind);
    return [kind, changed] as const;
  });
  return { ...one, policies: Object.fromEntries(policies) };
}
