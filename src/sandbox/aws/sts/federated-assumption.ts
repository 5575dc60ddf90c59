import type { FederatedCaller } from '../../../iam/principals.ts';
import { accessDenied } from '../wire/aws-error.ts';
import { decide } from '../access/authorize.ts';
import {
  type ConditionKeys,
  epochSeconds,
  requestKeys,
  type WantedSession,
  wantedSessionKeys,
} from '../access/request-context.ts';
import { requireActiveRegion } from '../access/region.ts';
import { type AssumeAction, neededActions, requireAll, roleKeys } from './role-assumption.ts';
import type { SessionClaims } from './sessions.ts';
import { optionalClaims, type PassedPolicies } from './issue-session.ts';
import type { StsCall } from './sts-call.ts';
import type { Role } from '../organization/world.ts';

/*
 * Roles assumed by whoever an identity provider vouches for: no AWS identity asks, so the role's trust
 * policy decides alone.
 */

/** What it needs to know of a call; a browser's sign-in has as much as a call to STS. */
export type FederatedCall = Pick<StsCall, 'aws' | 'request' | 'region' | 'decided'>;

export interface FederatedAssumption {
  readonly action: AssumeAction;
  readonly roleArn: string;
  readonly principal: FederatedCaller;
  /** A provider vouches for roles of its own account alone. */
  readonly providerAccountId: string;
  /** Of the assertion or token. */
  readonly keys: ConditionKeys;
  readonly wanted: WantedSession;
}

export function authorizeFederated(call: FederatedCall, assumption: FederatedAssumption): Role {
  const { action, principal, wanted, roleArn } = assumption;
  const refuse = (_action: string, detail: string) =>
    accessDenied(`Not authorized to perform ${action}`, detail);
  const role = call.aws.world.findRole(roleArn);
  if (role === undefined) throw refuse(action, 'there is no such role');
  if (role.name.startsWith('AWSReservedSSO_'))
    throw refuse(action, 'the role is reserved for IAM Identity Center');
  if (role.accountId !== assumption.providerAccountId)
    throw refuse(action, 'the provider belongs to another account than the role');
  const context: ConditionKeys = new Map([
    ...requestKeys(call.request, call.region),
    ...assumption.keys,
    ...wantedSessionKeys(wanted),
    ...roleKeys(role, wanted),
  ]);
  const ask = (needed: string) =>
    decide(
      { action: needed, resource: role.arn, resourceAccount: role.accountId, principal, context },
      { identity: [], resource: role.trustPolicy },
      call.decided,
    );
  requireAll(neededActions(action, wanted), ask, refuse);
  const account = call.aws.world.findAccount(role.accountId);
  // Nobody signed, so it is the role's account that STS has to be activated for.
  if (account !== undefined) requireActiveRegion(account, call.region);
  return role;
}

export interface FederatedSession {
  readonly origin: 'saml' | 'web-identity';
  readonly name: string;
  readonly seconds: number;
  readonly policies: PassedPolicies;
  readonly wanted: WantedSession;
  readonly federatedProvider: string;
  /** The keys that stay with the session. */
  readonly federation: Readonly<Record<string, string | readonly string[]>>;
}

export function federatedClaims(call: FederatedCall, role: Role, session: FederatedSession): SessionClaims {
  const issuedAt = epochSeconds(call.request.receivedAt);
  const { wanted, policies } = session;
  return {
    kind: 'assumed-role',
    accountId: role.accountId,
    principalArn: role.arn,
    name: session.name,
    origin: session.origin,
    issuedAt,
    expiresAt: issuedAt + session.seconds,
    federatedProvider: session.federatedProvider,
    federation: session.federation,
    ...optionalClaims({
      policies,
      tags: wanted.tags,
      transitiveTagKeys: wanted.transitiveTagKeys,
      sourceIdentity: wanted.sourceIdentity,
    }),
  };
}
