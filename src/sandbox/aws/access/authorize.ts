import type {
  ApplicablePolicies,
  AuthorizationRequest,
  Decision,
  NamedPolicy,
} from '../../../iam/authorization.ts';
import { evaluate } from '../../../iam/evaluate.ts';
import { parsePolicy } from '../../../iam/parse-policy.ts';
import type { Caller } from '../../../iam/principals.ts';
import { type RecordDecision, recordedDecision } from '../explain/recorded-decision.ts';
import type { AwsCaller } from './caller.ts';
import type { ConditionKeys } from './request-context.ts';
import type { SessionClaims } from '../sts/sessions.ts';
import type { World } from '../organization/world.ts';

/** One question to the policies: may this caller do this to that. */
export interface Question {
  readonly caller: AwsCaller;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly keys: ConditionKeys;
  /** The resource's own policy; a role's trust policy. */
  readonly resourcePolicy?: NamedPolicy;
  /** Where the decision is told with its trace; `call.decided` of a call. */
  readonly decided: RecordDecision;
}

export function authorize(world: World, question: Question): Decision {
  const { caller, action, resource, resourceAccount, keys, resourcePolicy, decided } = question;
  const policies = policiesOf(world, caller);
  return decide(
    { action, resource, resourceAccount, principal: principalOf(caller), context: keys },
    resourcePolicy === undefined ? policies : { ...policies, resource: resourcePolicy },
    decided,
  );
}

/** For who is no AWS identity (a service, the holder of an assertion): asks with the policies at hand. */
export function decide(
  request: AuthorizationRequest,
  policies: ApplicablePolicies,
  decided: RecordDecision,
): Decision {
  const decision = evaluate(request, policies);
  decided(recordedDecision(request, policies, decision));
  return decision;
}

function principalOf(caller: AwsCaller): Caller {
  const accountId = caller.account.id;
  const { entity, arn } = caller;
  if (entity === undefined) return { kind: 'root', accountId };
  const uniqueId = entity.id;
  switch (caller.kind) {
    case 'role-session':
      return { kind: 'role-session', accountId, roleArn: entity.arn, sessionArn: arn, uniqueId };
    case 'federated-user':
      return { kind: 'federated-user', accountId, userArn: entity.arn, sessionArn: arn, uniqueId };
    default:
      return { kind: 'user', accountId, userArn: entity.arn, uniqueId };
  }
}

/** All that may have a say on what a caller does, but the resource's own. */
export function policiesOf(world: World, { entity, session, account }: AwsCaller): ApplicablePolicies {
  return {
    identity: entity?.policies ?? [],
    session: session === undefined ? [] : sessionPolicies(world, session),
    ...(entity?.boundary === undefined ? {} : { boundary: entity.boundary }),
    // They bind members of the organization, and not the account that owns it.
    serviceControl: account.isManagementAccount
      ? []
      : account.serviceControlPolicies.map((policy) => [policy]),
  };
}

/** They were parsed when the session was made; a managed one that is gone since allows nothing. */
function sessionPolicies(world: World, session: SessionClaims): readonly NamedPolicy[] {
  const inline = session.policy === undefined ? [] : [inlineSessionPolicy(session.policy)];
  const managed = (session.policyArns ?? []).map(
    (arn) => world.findManagedPolicy(arn) ?? { name: arn, policy: NOTHING },
  );
  return [...inline, ...managed];
}

function inlineSessionPolicy(text: string): NamedPolicy {
  return { name: 'the session policy', policy: parsePolicy(text, 'session') };
}

/** Allows an action that no service has: beside other session policies it adds nothing and takes nothing away. */
const NOTHING = parsePolicy(
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"none:None","Resource":"*"}}',
  'session',
);
