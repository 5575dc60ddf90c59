/**
 * The decision: may this caller do this, by these policies, and which statement said so. Pure. Whoever calls
 * has found the policies that apply and filled the context; this file only knows how their answers combine.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import type {
  ApplicablePolicies,
  AuthorizationRequest,
  Decision,
  NamedPolicy,
  StatementTrace,
} from './authorization.ts';
import { combine, type Answers } from './combine.ts';
import { evaluateStatement, type NormalizedRequest } from './evaluate-statement.ts';
import type { PolicyKind } from './policy.ts';
import { strongerNaming, type Naming } from './principals.ts';
import { normalizeContext } from './request-context.ts';

export function evaluate(request: AuthorizationRequest, policies: ApplicablePolicies): Decision {
  const normalized: NormalizedRequest = {
    action: request.action.toLowerCase(),
    resource: request.resource,
    caller: request.principal,
    context: normalizeContext(request.context),
  };
  const trace: StatementTrace[] = [];
  const ask = (kind: PolicyKind, named: readonly NamedPolicy[]): LayerAnswer =>
    askLayer(named, { kind, request: normalized, trace });
  const { resource, session = [], boundary, serviceControl = [], resourceControl = [] } = policies;
  const answers: Answers = {
    identity: ask('identity', policies.identity).allows,
    resource: resource === undefined ? undefined : ask(resource.policy.kind, [resource]).naming,
    // No session policies narrow nothing; but a federated user has only what they allow.
    session:
      session.length === 0 ? request.principal.kind !== 'federated-user' : ask('session', session).allows,
    boundary: boundary === undefined || ask('boundary', [boundary]).allows,
    serviceControl: serviceControl.map((level) => ask('service-control', level).allows).every(Boolean),
  };
  ask('resource-control', resourceControl);
  const denial = trace.find(({ effect, applies }) => effect === 'Deny' && applies);
  if (denial !== undefined) {
    return { allowed: false, explicitDeny: true, reason: { why: 'explicit-deny', by: denial.kind }, trace };
  }
  const reason = combine(request, policies.resource?.policy.kind, answers);
  return { allowed: reason.why === 'allowed', explicitDeny: false, reason, trace };
}

interface LayerAnswer {
  readonly allows: boolean;
  /** How exactly the allowing statements name the caller, at best. */
  readonly naming: Naming | undefined;
}

interface Asking {
  /** What the policies are here: a managed policy can be an identity's, a session's or a boundary. */
  readonly kind: PolicyKind;
  readonly request: NormalizedRequest;
  readonly trace: StatementTrace[];
}

function askLayer(named: readonly NamedPolicy[], { kind, request, trace }: Asking): LayerAnswer {
  let allows = false;
  let naming: Naming | undefined;
  for (const { name, policy } of named) {
    for (const [index, statement] of policy.statements.entries()) {
      const outcome = evaluateStatement(statement, request);
      const { sid, effect } = statement;
      trace.push({
        kind,
        policy: name,
        statement: index,
        sid,
        effect,
        applies: outcome.applies,
        naming: outcome.applies ? outcome.naming : undefined,
        because: outcome.applies ? undefined : outcome.because,
      });
      if (!outcome.applies || effect !== 'Allow') continue;
      allows = true;
      naming = strongerNaming(naming, outcome.naming);
    }
  }
  return { allows, naming };
}
