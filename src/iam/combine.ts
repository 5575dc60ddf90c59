/** How the answers of the kinds of policy combine, once nothing denies. */
import type { AuthorizationRequest, DecisionReason } from './authorization.ts';
import type { PolicyKind } from './policy.ts';
import type { Caller, Naming } from './principals.ts';

/** Which kinds of policy allow the request. A kind that does not apply to it allows. */
export interface Answers {
  readonly identity: boolean;
  /** How exactly the resource's policy names the caller where it allows; undefined where it does not. */
  readonly resource: Naming | undefined;
  readonly session: boolean;
  readonly boundary: boolean;
  readonly serviceControl: boolean;
}

const allowedBy = (by: DecisionReason['by']): DecisionReason => ({ why: 'allowed', by });
const missing = (by: PolicyKind): DecisionReason => ({ why: 'no-allow', by });

export function combine(
  request: AuthorizationRequest,
  resourceKind: PolicyKind | undefined,
  answers: Answers,
): DecisionReason {
  const { principal } = request;
  const assumesRole = resourceKind === 'trust' || isRoleAssumption(request);
  const ofResource = assumesRole ? 'trust' : (resourceKind ?? 'resource');
  if (!('accountId' in principal)) {
    // They belong to no account: nobody but the resource can allow them anything.
    return answers.resource === undefined ? missing(ofResource) : allowedBy(ofResource);
  }
  if (assumesRole && principal.kind === 'root') return { why: 'root-cannot-assume-role', by: 'account-root' };
  if (!answers.serviceControl) return missing('service-control');

  const sameAccount = principal.accountId === request.resourceAccount;
  // An identity policy is enough for a resource of one's own account, but never for a role.
  if (answers.resource === undefined && (assumesRole || !sameAccount)) return missing(ofResource);
  if (sameAccount && answers.resource === 'itself') return allowedBy(ofResource);
  const namedBySource = sameAccount && answers.resource === 'source';
  if (!namedBySource && !answers.identity && !hasRootsRights(principal)) return missing('identity');
  if (!answers.boundary) return missing('boundary');
  if (!answers.session) return missing('session');
  if (namedBySource) return allowedBy(ofResource);
  return allowedBy(answers.identity && principal.kind !== 'root' ? 'identity' : 'account-root');
}

/** A federated session of the root user has all of its rights, as far as the session's policies go. */
function hasRootsRights(caller: Caller): boolean {
  return caller.kind === 'root' || (caller.kind === 'federated-user' && /:root$/.test(caller.userArn));
}

/**
 * A role without a trust policy at hand is a role that trusts nobody, not a resource without a policy. STS's
 * other actions (GetFederationToken) have no role as their resource.
 */
function isRoleAssumption({ action, resource }: AuthorizationRequest): boolean {
  return /^sts:/i.test(action) && /^arn:[^:]*:iam::[^:]*:role\//.test(resource);
}
