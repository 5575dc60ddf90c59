/** A policy document as it was read: checked, and ready to be evaluated. `parsePolicy` makes it. */
import type { ConditionOperand } from './operators.ts';
import type { Template } from './template.ts';
import type { Glob } from './wildcard.ts';

/** The places a policy is attached to. `trust` is a role's; `resource` any other resource's own. */
export const POLICY_KINDS = [
  'identity',
  'session',
  'boundary',
  'service-control',
  'resource-control',
  'trust',
  'resource',
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

export interface Policy {
  readonly kind: PolicyKind;
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Undefined in policies that are attached to who acts. */
  readonly principals: PrincipalsElement | undefined;
  readonly actions: ActionsElement;
  /** Undefined in trust policies: the role is the resource. */
  readonly resources: ResourcesElement | undefined;
  readonly conditions: readonly Condition[];
}

/** `negated` stands for NotPrincipal, NotAction and NotResource. */
export interface PrincipalsElement {
  readonly negated: boolean;
  readonly entries: readonly PrincipalEntry[];
}

/**
 * One entry of a Principal element. `unique-id` is what IAM stores for a user or role, so that a later one of
 * the same name is another.
 */
export type PrincipalEntry =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'arn'; readonly arn: string }
  | { readonly kind: 'unique-id'; readonly uniqueId: string }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'canonical-user'; readonly canonicalId: string };

export interface ActionsElement {
  readonly negated: boolean;
  readonly patterns: readonly { readonly text: string; readonly glob: Glob }[];
}

export interface ResourcesElement {
  readonly negated: boolean;
  readonly templates: readonly Template[];
}

/** One key under one operator. */
export interface Condition {
  /** As written, e.g. `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
  /** The operator is a Not form: values are compared as in the positive form, and the outcome is turned round. */
  readonly negated: boolean;
  /** As written; compared without case. */
  readonly key: string;
  /** For the operator Null: whether the key has to be missing. Empty for every other operator. */
  readonly missing: readonly boolean[];
  readonly operands: readonly ConditionOperand[];
}
