/**
 * Whether a statement's conditions hold: operators and keys AND, values OR (none of them, for Not operators).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
import type { Condition } from './policy.ts';
import type { RequestContext } from './request-context.ts';

/** Why a condition failed, for whoever has to mend the policy or the request. */
export interface ConditionFailure {
  readonly operator: string;
  readonly key: string;
  readonly expected: readonly string[];
  /** Empty where the request has no such key. */
  readonly actual: readonly string[];
  readonly why: 'missing-key' | 'no-value-fits' | 'several-values' | 'unresolved-variable';
}

/** The first condition that fails. @param context with names in lower case */
export function failedCondition(
  conditions: readonly Condition[],
  context: RequestContext,
): ConditionFailure | undefined {
  for (const condition of conditions) {
    const actual = context.get(condition.key.toLowerCase()) ?? [];
    const why = failureOf(condition, actual, context);
    if (why === undefined) continue;
    const { operator, key } = condition;
    const expected =
      condition.missing.length > 0
        ? condition.missing.map(String)
        : condition.operands.map(({ text }) => text);
    return { operator, key, expected, actual, why };
  }
  return undefined;
}

function failureOf(
  condition: Condition,
  actual: readonly string[],
  context: RequestContext,
): ConditionFailure['why'] | undefined {
  if (condition.missing.length > 0) {
    return condition.missing.includes(actual.length === 0) ? undefined : 'no-value-fits';
  }
  if (actual.length === 0) return holdsWithoutKey(condition) ? undefined : 'missing-key';
  // Comparing a list with an operator for one value has no defined outcome, so it never holds.
  if (condition.set === undefined && actual.length > 1) return 'several-values';
  const outcomes = actual.map((value) => outcomeFor(condition, value, context));
  if (outcomes.includes(undefined)) return 'unresolved-variable';
  // To the set operators empty text is an empty set: all of it fits, and none of it.
  if (condition.set !== undefined && actual.every((value) => value === ''))
    return condition.set === 'ForAllValues' ? undefined : 'no-value-fits';
  if (condition.set === 'ForAnyValue') return outcomes.includes(true) ? undefined : 'no-value-fits';
  return outcomes.includes(false) ? 'no-value-fits' : undefined;
}

function holdsWithoutKey({ ifExists, set, negated }: Condition): boolean {
  if (ifExists || set === 'ForAllValues') return true;
  return set === undefined && negated;
}

/** Undefined where a policy variable has no value: the statement then does not apply, negated or not. */
function outcomeFor(condition: Condition, value: string, context: RequestContext): boolean | undefined {
  let fits = false;
  for (const operand of condition.operands) {
    const one = operand.fits(value, context);
    if (one === undefined) return undefined;
    fits ||= one;
  }
  return fits !== condition.negated;
}
