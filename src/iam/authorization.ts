/** What is asked of `evaluate`, and what it answers. */
import type { Mismatch } from './evaluate-statement.ts';
import type { Policy, PolicyKind } from './policy.ts';
import type { Caller, Naming } from './principals.ts';
import type { RequestContext } from './request-context.ts';

export interface AuthorizationRequest {
  /** E.g. `sts:AssumeRole`. */
  readonly action: string;
  /** An ARN, or `*` for actions that have no resource. */
  readonly resource: string;
  readonly resourceAccount: string;
  readonly principal: Caller;
  readonly context: RequestContext;
}

export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

/** What applies to the request. What is left out does not exist. */
export interface ApplicablePolicies {
  /** Of the user, or of the role behind the session; for a federated user, of the user who made it. */
  readonly identity: readonly NamedPolicy[];
  /** The resource's own; a role's trust policy when a role is assumed. */
  readonly resource?: NamedPolicy;
  /** Inline and managed session policies together: one of them has to allow. */
  readonly session?: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  /** One list for each level from the organization's root to the account: each has to allow. */
  readonly serviceControl?: readonly (readonly NamedPolicy[])[];
  /** Of all levels above the resource: they only deny, and bind whoever asks, from whatever account. */
  readonly resourceControl?: readonly NamedPolicy[];
}

/** One statement of one policy, and what became of it. */
export interface StatementTrace {
  readonly kind: PolicyKind;
  readonly policy: string;
  /** Counted from 0. */
  readonly statement: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly applies: boolean;
  /** For trust and resource policies: how exactly the caller is named. */
  readonly naming: Naming | undefined;
  /** Why it does not apply. */
  readonly because: Mismatch | undefined;
}

export interface DecisionReason {
  readonly why:
    | 'allowed'
    | 'explicit-deny'
    /** A policy of `by` would have to allow it, and none does. */
    | 'no-allow'
    /** AWS lets no account's root user assume a role. */
    | 'root-cannot-assume-role';
  /**
   * The kind of policy that decided: of several that all had to allow, the caller's own. `account-root`
   * where no policy is needed, or none could help.
   */
  readonly by: PolicyKind | 'account-root';
}

export interface Decision {
  readonly allowed: boolean;
  readonly explicitDeny: boolean;
  readonly reason: DecisionReason;
  readonly trace: readonly StatementTrace[];
}
