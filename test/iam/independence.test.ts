import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideCase, type CasePolicies, type DecisionCase } from './cases/decision-case.ts';
import { mapStatements, withPolicies } from './change-policies.ts';
import { situation } from './situations.ts';
import type { StatementText } from './support.ts';

const RUNS = { numRuns: 600 };

describe('the decision does not depend on', () => {
  const verdict = (one: DecisionCase): unknown => {
    const { allowed, explicitDeny, reason } = decideCase(one);
    return { allowed, explicitDeny, reason };
  };

  it('the order of statements, policies, levels, and of the values in them', () => {
    fc.assert(
      fc.property(situation(), (one) => {
        const turned = mapStatements(one, (statements) =>
          statements.map((statement) => turnedRound(statement)).reverse(),
        );
        const { session, serviceControl } = turned.policies;
        const outer: CasePolicies = {
          ...(session === undefined ? {} : { session: [...session].reverse() }),
          ...(serviceControl === undefined ? {} : { serviceControl: [...serviceControl].reverse() }),
        };
        expect(verdict(withPolicies(turned, outer))).toEqual(verdict(one));
      }),
      RUNS,
    );
  });

  it('a statement that stands twice', () => {
    fc.assert(
      fc.property(situation(), (one) => {
        expect(verdict(mapStatements(one, (statements) => [...statements, ...statements]))).toEqual(
          verdict(one),
        );
      }),
      RUNS,
    );
  });

  it('the case of actions and of condition keys', () => {
    fc.assert(
      fc.property(situation(), fc.boolean(), (one, upper) => {
        const spell = (text: string): string => (upper ? text.toUpperCase() : text.toLowerCase());
        const spelled = mapStatements(one, (statements) =>
          statements.map((statement) => respelled(statement, spell)),
        );
        const keys = Object.entries(one.context).map(([key, values]) => [spell(key), values] as const);
        const asked = { ...spelled, action: spell(one.action), context: Object.fromEntries(keys) };
        expect(verdict(asked)).toEqual(verdict(one));
      }),
      RUNS,
    );
  });
});

/** Reverses every list in a JSON value. */
function turnedRound<T>(value: T): T {
  if (Array.isArray(value)) return value.map((one: unknown) => turnedRound(one)).reverse() as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, turnedRound(one as unknown)]),
  ) as T;
}

function respelled(statement: StatementText, spell: (text: string) => string): StatementText {
  const { Action, NotAction, Condition, ...rest } = statement;
  const actions = (value: unknown): string[] => (value as string[]).map(spell);
  const keys = (value: unknown): StatementText =>
    Object.fromEntries(Object.entries(value as StatementText).map(([key, wanted]) => [spell(key), wanted]));
  return {
    ...rest,
    ...(Action === undefined ? {} : { Action: actions(Action) }),
    ...(NotAction === undefined ? {} : { NotAction: actions(NotAction) }),
    ...(Condition === undefined
      ? {}
      : {
          Condition: Object.fromEntries(
            Object.entries(Condition as StatementText).map(([operator, wanted]) => [operator, keys(wanted)]),
          ),
        }),
  };
}
