import type { AwsRequest } from '../wire/aws-request.ts';
import { headerOf } from '../wire/aws-request.ts';
import { type AwsCaller, principalTags } from './caller.ts';
import { isoSeconds } from '../wire/query-protocol.ts';
import { organizationPath } from '../organization/identifiers.ts';
import type { SessionTag } from '../sts/sessions.ts';

/** Condition keys of one request. Names in AWS's own spelling; `iam` compares them without case. */
export type ConditionKeys = Map<string, readonly string[]>;

const PRINCIPAL_TYPES = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const;

/** What is known of every request. */
export function requestKeys(request: AwsRequest, region: string): ConditionKeys {
  return new Map([
    ['aws:SourceIp', [request.sourceIp]],
    ['aws:UserAgent', [headerOf(request, 'user-agent') ?? '']],
    // The sandbox stands for an AWS that is always reached by TLS.
    ['aws:SecureTransport', ['true']],
    ['aws:CurrentTime', [isoSeconds(request.receivedAt)]],
    ['aws:EpochTime', [String(epochSeconds(request.receivedAt))]],
    ['aws:RequestedRegion', [region]],
    // Nobody asks the sandbox on behalf of somebody else.
    ['aws:ViaAWSService', ['false']],
  ]);
}

/** What is known of who signed it. A role session is known by its role here, not by its session. */
export function callerKeys(caller: AwsCaller, now: Date): ConditionKeys {
  const { session, entity, account } = caller;
  const arn = caller.kind === 'role-session' ? (entity?.arn ?? caller.arn) : caller.arn;
  const keys: ConditionKeys = new Map([
    ['aws:PrincipalArn', [arn]],
    ['aws:PrincipalAccount', [account.id]],
    ['aws:PrincipalType', [PRINCIPAL_TYPES[caller.kind]]],
    ['aws:userid', [caller.userId]],
  ]);
  if (caller.kind === 'user' && entity !== undefined) keys.set('aws:username', [entity.name]);
  keys.set('aws:PrincipalIsAWSService', ['false']);
  if (account.organizationId !== undefined) {
    keys.set('aws:PrincipalOrgID', [account.organizationId]);
    keys.set('aws:PrincipalOrgPaths', [organizationPath(account.organizationId)]);
  }
  for (const { key, value } of principalTags(caller)) keys.set(`aws:PrincipalTag/${key}`, [value]);
  if (session === undefined) return keys;

  keys.set('aws:TokenIssueTime', [isoSeconds(new Date(session.issuedAt * 1000))]);
  if (session.sourceIdentity !== undefined) keys.set('aws:SourceIdentity', [session.sourceIdentity]);
  if (session.federatedProvider !== undefined) keys.set('aws:FederatedProvider', [session.federatedProvider]);
  for (const [key, value] of Object.entries(session.federation ?? {})) keys.set(key, [value].flat());
  // Of temporary credentials it is always known; of a long-term key without a code it is not.
  keys.set('aws:MultiFactorAuthPresent', [String(session.mfaAt !== undefined)]);
  if (session.mfaAt !== undefined) {
    keys.set('aws:MultiFactorAuthAge', [String(epochSeconds(now) - session.mfaAt)]);
  }
  return keys;
}

/** What a request to STS says about the session it wants. */
export interface WantedSession {
  readonly roleSessionName?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  readonly externalId?: string | undefined;
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
}

export function wantedSessionKeys(wanted: WantedSession): ConditionKeys {
  const keys: ConditionKeys = new Map();
  if (wanted.roleSessionName !== undefined) keys.set('sts:RoleSessionName', [wanted.roleSessionName]);
  if (wanted.sourceIdentity !== undefined) keys.set('sts:SourceIdentity', [wanted.sourceIdentity]);
  if (wanted.externalId !== undefined) keys.set('sts:ExternalId', [wanted.externalId]);
  if (wanted.transitiveTagKeys.length > 0) keys.set('sts:TransitiveTagKeys', wanted.transitiveTagKeys);
  if (wanted.tags.length > 0) {
    keys.set(
      'aws:TagKeys',
      wanted.tags.map(({ key }) => key),
    );
  }
  for (const { key, value } of wanted.tags) keys.set(`aws:RequestTag/${key}`, [value]);
  return keys;
}

export function epochSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
