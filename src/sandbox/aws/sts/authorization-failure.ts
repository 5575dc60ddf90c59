import type { ApplicablePolicies, Decision } from '../../../iam/authorization.ts';
import type { Statement } from '../../../iam/policy.ts';
import type { AwsCaller } from '../access/caller.ts';
import type { ConditionKeys } from '../access/request-context.ts';
import { findStatement } from '../explain/recorded-decision.ts';

/*
 * A refusal as DecodeAuthorizationMessage shows it: whether something denied or nothing allowed, which statements
 * denied, who asked for what, under which condition keys.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
 */

/** A request that the policies refused. */
export interface AuthorizationFailure {
  readonly caller: AwsCaller;
  readonly action: string;
  readonly resource: string;
  readonly keys: ConditionKeys;
  readonly policies: ApplicablePolicies;
  readonly decision: Decision;
}

/** How much of a failure is told: a message has a longest length, and tags and policies can be long. */
export interface Detail {
  readonly conditions: number;
  readonly statements: number;
}

/** AWS wraps every list so. */
interface Items<T> {
  readonly items: readonly T[];
}

export function describeFailure(failure: AuthorizationFailure, detail: Detail): object {
  const { caller, action, resource, decision } = failure;
  const name = caller.kind === 'user' ? { name: caller.entity?.name } : {};
  return {
    allowed: false,
    explicitDeny: decision.explicitDeny,
    matchedStatements: items(matchedStatements(failure).slice(0, detail.statements)),
    failures: items([]),
    context: {
      principal: { id: caller.userId, ...name, arn: caller.arn },
      action,
      resource,
      conditions: items(conditionsOf(failure).slice(0, detail.conditions)),
    },
  };
}

function items<T>(list: readonly T[]): Items<T> {
  return { items: list };
}

const values = (texts: readonly string[]): Items<{ value: string }> =>
  items(texts.map((value) => ({ value })));

/** What EC2 says of the resource itself comes first: of a long list the end is left out. */
function conditionsOf({ resource, keys }: AuthorizationFailure): readonly object[] {
  const [, , service = '', region = '', account = '', ...rest] = resource.split(':');
  const name = rest.join(':');
  const ofResource: readonly (readonly [string, string])[] =
    name === ''
      ? []
      : [
          ['aws:Region', region],
          ['aws:Service', service],
          ['aws:Resource', name],
          ['aws:Type', name.split('/')[0] ?? ''],
          ['aws:Account', account],
          ['aws:ARN', resource],
        ];
  return [...ofResource.map(([key, value]) => [key, [value]] as const), ...keys].map(([key, texts]) => ({
    key,
    values: values(texts),
  }));
}

/** Nothing allowed it, then no statement matched; else those that denied. */
function matchedStatements(failure: AuthorizationFailure): readonly object[] {
  const denials = failure.decision.trace.filter(({ applies, effect }) => applies && effect === 'Deny');
  return denials.flatMap((denial) => {
    const statement = findStatement(failure.policies, denial);
    return statement === undefined ? [] : [describeStatement(failure.caller, statement)];
  });
}

function describeStatement(caller: AwsCaller, statement: Statement): object {
  const { sid, effect, actions, resources, conditions } = statement;
  return {
    statementId: sid ?? '',
    effect: effect.toUpperCase(),
    principals: values([caller.entity?.id ?? caller.account.id]),
    principalGroups: items([]),
    [actions.negated ? 'notActions' : 'actions']: values(actions.patterns.map(({ text }) => text)),
    [resources?.negated === true ? 'notResources' : 'resources']: values(
      (resources?.templates ?? []).map(({ text }) => text),
    ),
    conditions: items(
      conditions.map(({ key, operands, missing }) => ({
        key,
        values: values(missing.length > 0 ? missing.map(String) : operands.map(({ text }) => text)),
      })),
    ),
  };
}
