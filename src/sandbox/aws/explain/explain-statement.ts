import type { RecordedDecision, RecordedMismatch, RecordedStatement } from './recorded-decision.ts';

/** Which user or role a unique id stands for: policies hold ids, people know ARNs. */
export type NameOf = (uniqueId: string) => string | undefined;

export interface ExplainedStatement {
  /** The policy, and the statement by its Sid or its place. */
  readonly where: string;
  readonly kind: string;
  readonly effect: 'Allow' | 'Deny';
  readonly applies: boolean;
  /** Why it applies or does not, in a sentence. */
  readonly text: string;
}

const KINDS: Readonly<Record<string, string>> = {
  identity: 'identity policy',
  session: 'session policy',
  boundary: 'permissions boundary',
  'service-control': 'service control policy',
  'resource-control': 'resource control policy',
  trust: 'trust policy',
  resource: 'resource policy',
};

export function kindName(kind: string): string {
  return KINDS[kind] ?? kind;
}

export function explainStatement(
  statement: RecordedStatement,
  decision: RecordedDecision,
  nameOf: NameOf,
): ExplainedStatement {
  const { kind, effect, applies, because } = statement;
  return {
    where: placeOf(statement),
    kind: kindName(kind),
    effect,
    applies,
    text:
      because === undefined
        ? appliesText(statement, decision)
        : mismatchText(effect, because, { decision, nameOf }),
  };
}

export function placeOf({ kind, policy, statement, sid }: RecordedStatement): string {
  const name = policy.startsWith('the ') ? policy : `the ${kindName(kind)} ${policy}`;
  return sid === undefined ? `statement ${statement + 1} of ${name}` : `the statement ${sid} of ${name}`;
}

function appliesText({ effect, naming }: RecordedStatement, { action, resource }: RecordedDecision): string {
  if (effect === 'Deny') return `denies ${action} on ${resource}, and a Deny wins over every Allow`;
  const allows = `allows ${action} on ${resource}`;
  if (naming === 'account') {
    return `${allows} to your whole account, which leaves it to the account: your own policies have to allow it too`;
  }
  return naming === 'source' ? `${allows} to the role or user that your session comes from` : allows;
}

interface Told {
  readonly decision: RecordedDecision;
  readonly nameOf: NameOf;
}

function mismatchText(effect: string, because: RecordedMismatch, told: Told): string {
  const verb = effect === 'Allow' ? 'allows' : 'denies';
  const { action, resource, principal } = told.decision;
  switch (because.element) {
    case 'principal': {
      const names = { ...because, expected: because.expected.map((one) => principalText(one, told.nameOf)) };
      return `${verb} ${scope(names)}; you are ${principal}`;
    }
    case 'action':
      return `${verb} ${scope(because)}; you asked for ${action}`;
    case 'resource':
      return `${verb} it ${scope(because, 'on ')}; you asked for ${resource}`;
    case 'variable':
      return `names ${listed(because.expected)}, and this request has no value for a variable in it`;
    case 'condition':
      return `${verb} it on a condition that does not hold: ${conditionText(because)}`;
  }
}

function scope({ expected, negated }: RecordedMismatch, on = ''): string {
  return negated === true ? `${on}everything but ${listed(expected)}` : `only ${on}${listed(expected)}`;
}

const UNIQUE_ID = /^A(?:RO|ID)A[A-Z2-7]{8,}/;

function principalText(principal: string, nameOf: NameOf): string {
  if (!UNIQUE_ID.test(principal)) return principal;
  return (
    nameOf(principal) ??
    `${principal} (a user or role that is gone; one made again under its name is another)`
  );
}

function conditionText({ condition }: RecordedMismatch): string {
  if (condition === undefined) return 'it is not known which';
  const { operator, key, expected, actual, why } = condition;
  const wanted = `${key} ${operator} ${listed(expected)}`;
  switch (why) {
    case 'missing-key':
      return `it wants ${wanted}, and the request has no ${key}`;
    case 'no-value-fits':
      return actual.length === 0
        ? `it wants ${wanted}, and the request has no ${key}`
        : `it wants ${wanted}, and ${key} is ${listed(actual)}`;
    case 'several-values':
      return `it compares ${key} with one value, and the request has ${listed(actual)}: write ForAnyValue: or ForAllValues: before the operator`;
    case 'unresolved-variable':
      return `it wants ${wanted}, and a variable in it has no value in this request`;
  }
}

function listed(values: readonly string[]): string {
  if (values.length === 0) return 'nothing';
  const last = values.at(-1) ?? '';
  return values.length === 1
    ? quoted(last)
    : `${values.slice(0, -1).map(quoted).join(', ')} or ${quoted(last)}`;
}

/** ARNs and actions stand for themselves; what could be read as words of the sentence does not. */
function quoted(value: string): string {
  return value === '' || /[\s,;]/.test(value) ? `“${value}”` : value;
}
