import type {
  ApplicablePolicies,
  AuthorizationRequest,
  Decision,
  NamedPolicy,
  StatementTrace,
} from '../../../iam/authorization.ts';
import type { ConditionFailure } from '../../../iam/conditions.ts';
import type { Mismatch } from '../../../iam/evaluate-statement.ts';
import type { PrincipalEntry, Statement } from '../../../iam/policy.ts';
import type { Caller } from '../../../iam/principals.ts';

/*
 * A decision of the evaluator as the journal keeps it: which statement decided, and what each of the others
 * asked for instead. It names what policies say and what the request said, and no secret is among either.
 */

export interface RecordedDecision {
  /** As policies know who asked: an ARN, a service's name, an identity provider. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** `allowed`, `explicit-deny`, `no-allow`, `root-cannot-assume-role`, or `rule` where no policy was asked. */
  readonly why: string;
  /** The kind of policy that decided, or the service whose rule it was. */
  readonly by: string;
  /** Only of a `rule`: what it says. */
  readonly rule?: string;
  readonly statements: readonly RecordedStatement[];
  /** How many further statements there were. */
  readonly leftOut?: number;
}

export interface RecordedStatement {
  readonly kind: string;
  readonly policy: string;
  /** Counted from 0. */
  readonly statement: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly applies: boolean;
  /** Of a trust or resource policy that applies: whether it names the caller `itself`, its `source` or its `account`. */
  readonly naming?: string;
  readonly because?: RecordedMismatch;
}

export interface RecordedMismatch {
  readonly element: Mismatch['element'];
  /** What the statement has in that element; with `negated`, all but that. */
  readonly expected: readonly string[];
  readonly negated?: boolean;
  readonly condition?: ConditionFailure;
}

export type RecordDecision = (decision: RecordedDecision) => void;

const MAX_STATEMENTS = 40;
const MAX_VALUES = 8;
const MAX_VALUE_LENGTH = 256;

export function recordedDecision(
  request: AuthorizationRequest,
  policies: ApplicablePolicies,
  { allowed, reason, trace }: Decision,
): RecordedDecision {
  // What decided comes first, so that it is never what is left out.
  const ordered = [...trace.filter(({ applies }) => applies), ...trace.filter(({ applies }) => !applies)];
  const kept = ordered.slice(0, MAX_STATEMENTS);
  return {
    principal: short(principalName(request.principal)),
    action: request.action,
    resource: short(request.resource),
    allowed,
    why: reason.why,
    by: reason.by,
    statements: kept.map((entry) => recordedStatement(entry, findStatement(policies, entry))),
    ...(ordered.length > kept.length ? { leftOut: ordered.length - kept.length } : {}),
  };
}

function principalName(caller: Caller): string {
  switch (caller.kind) {
    case 'user':
      return caller.userArn;
    case 'role-session':
    case 'federated-user':
      return caller.sessionArn;
    case 'root':
      return `arn:aws:iam::${caller.accountId}:root`;
    case 'service':
      return caller.service;
    case 'saml':
    case 'web-identity':
      return caller.provider;
  }
}

function recordedStatement(entry: StatementTrace, statement: Statement | undefined): RecordedStatement {
  const { kind, policy, sid, effect, applies, naming, because } = entry;
  return {
    kind,
    policy,
    statement: entry.statement,
    ...(sid === undefined ? {} : { sid }),
    effect,
    applies,
    ...(naming === undefined ? {} : { naming }),
    ...(because === undefined ? {} : { because: recordedMismatch(because, statement) }),
  };
}

function recordedMismatch(because: Mismatch, statement: Statement | undefined): RecordedMismatch {
  const { values, negated } = elementOf(because.element, statement);
  return {
    element: because.element,
    expected: shortList(values),
    ...(negated ? { negated } : {}),
    ...('condition' in because ? { condition: shortCondition(because.condition) } : {}),
  };
}

function elementOf(
  element: Mismatch['element'],
  statement: Statement | undefined,
): { values: readonly string[]; negated: boolean } {
  switch (element) {
    case 'principal': {
      const { entries = [], negated = false } = statement?.principals ?? {};
      return { values: entries.map(principalText), negated };
    }
    case 'action': {
      const { patterns = [], negated = false } = statement?.actions ?? {};
      return { values: patterns.map(({ text }) => text), negated };
    }
    case 'resource':
    case 'variable': {
      const { templates = [], negated = false } = statement?.resources ?? {};
      return { values: templates.map(({ text }) => text), negated };
    }
    case 'condition':
      return { values: [], negated: false };
  }
}

function principalText(entry: PrincipalEntry): string {
  switch (entry.kind) {
    case 'anyone':
      return '*';
    case 'account':
      return `arn:aws:iam::${entry.accountId}:root`;
    case 'arn':
      return entry.arn;
    case 'unique-id':
      return entry.uniqueId;
    case 'service':
      return entry.service;
    case 'federated':
      return entry.provider;
    case 'canonical-user':
      return entry.canonicalId;
  }
}

function shortCondition({ operator, key, expected, actual, why }: ConditionFailure): ConditionFailure {
  return { operator, key, expected: shortList(expected), actual: shortList(actual), why };
}

function shortList(values: readonly string[]): readonly string[] {
  const kept = values.slice(0, MAX_VALUES).map(short);
  return values.length > kept.length ? [...kept, `(and ${values.length - kept.length} more)`] : kept;
}

function short(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}

/** The trace names a statement by its place; what it says is in the policy. */
export function findStatement(policies: ApplicablePolicies, entry: StatementTrace): Statement | undefined {
  const named = policiesOfKind(policies, entry.kind).find(({ name }) => name === entry.policy);
  return named?.policy.statements[entry.statement];
}

function policiesOfKind(policies: ApplicablePolicies, kind: StatementTrace['kind']): readonly NamedPolicy[] {
  switch (kind) {
    case 'identity':
      return policies.identity;
    case 'session':
      return policies.session ?? [];
    case 'boundary':
      return policies.boundary === undefined ? [] : [policies.boundary];
    case 'service-control':
      return (policies.serviceControl ?? []).flat();
    case 'resource-control':
      return policies.resourceControl ?? [];
    case 'trust':
    case 'resource':
      return policies.resource === undefined ? [] : [policies.resource];
  }
}
