import { accessDenied, AwsError } from '../../wire/aws-error.ts';
import { authorize } from '../../access/authorize.ts';
import { assumedRoleUser, type AwsCaller } from '../../access/caller.ts';
import {
  checkSessionPolicies,
  credentialsOf,
  issueSession,
  optionalClaims,
  tokenPercent,
  tokenSizes,
} from '../issue-session.ts';
import { checkMfa } from '../mfa-check.ts';
import { checkArnForm, ParameterReader, type ProvidedContext } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import {
  callerKeys,
  type ConditionKeys,
  epochSeconds,
  requestKeys,
  wantedSessionKeys,
} from '../../access/request-context.ts';
import { neededActions, requireAll, roleKeys, sessionSeconds } from '../role-assumption.ts';
import { checkPassedTags, resultingTags } from '../session-tags.ts';
import type { SessionClaims, SessionOrigin } from '../sessions.ts';
import type { SignedStsCall } from '../sts-call.ts';
import type { Role } from '../../organization/world.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function assumeRole(call: SignedStsCall): ResultTree {
  const { aws, caller } = call;
  const asked = readAssumeRole(call);
  checkArnForm(asked.roleArn);
  if (caller.kind === 'root') throw accessDenied('Roles may not be assumed by root accounts.');
  const mfaAt = checkMfa(call, asked.serialNumber, asked.tokenCode);
  checkPassedTags(asked, caller.session);
  // Inherited along a chain, and set again at every step; it can never become another.
  const inherited = caller.session?.sourceIdentity;
  const wanted = { ...asked, sourceIdentity: asked.sourceIdentity ?? inherited };
  const role = authorizeAssumption(call, wanted, mfaAt);
  refuseContexts(asked.providedContexts);
  if (inherited !== undefined && wanted.sourceIdentity !== inherited) {
    throw refusal(caller, role.arn)('sts:SetSourceIdentity', 'a source identity once set cannot change');
  }
  const seconds = sessionSeconds(role, asked.durationSeconds, caller.kind === 'role-session');
  checkSessionPolicies(aws, role.accountId, asked);
  const claims = sessionClaims(call, role, { ...wanted, seconds });
  const issued = issueSession(aws, claims, asked.minimumTokenSize);
  return {
    ...(wanted.sourceIdentity === undefined ? {} : { SourceIdentity: wanted.sourceIdentity }),
    AssumedRoleUser: assumedRoleUser(role, asked.roleSessionName),
    Credentials: credentialsOf(issued),
    PackedPolicySize: tokenPercent(issued),
    ...tokenSizes(issued),
  };
}

type AskedAssumeRole = ReturnType<typeof readParameters>;

function readAssumeRole(call: SignedStsCall): AskedAssumeRole {
  const read = new ParameterReader(call.parameters);
  const asked = readParameters(read);
  // A code or an assertion is the caller's secret.
  const { tokenCode, providedContexts, ...told } = asked;
  call.note({
    ...told,
    mfa: tokenCode !== undefined,
    ...(providedContexts.length === 0
      ? {}
      : { contextProviders: providedContexts.map(({ providerArn }) => providerArn) }),
  });
  read.finish();
  return asked;
}

function readParameters(read: ParameterReader) {
  return {
    roleArn: read.requiredText('RoleArn', rules.ROLE_ARN),
    roleSessionName: read.requiredText('RoleSessionName', rules.ROLE_SESSION_NAME),
    policyArns: read.policyArns('PolicyArns'),
    policy: read.text('Policy', rules.UNRESTRICTED_POLICY),
    durationSeconds: read.integer('DurationSeconds', rules.ROLE_DURATION),
    tags: read.tags('Tags'),
    transitiveTagKeys: read.transitiveTagKeys('TransitiveTagKeys'),
    externalId: read.text('ExternalId', rules.EXTERNAL_ID),
    serialNumber: read.text('SerialNumber', rules.SERIAL_NUMBER),
    tokenCode: read.text('TokenCode', rules.TOKEN_CODE),
    sourceIdentity: read.text('SourceIdentity', rules.SOURCE_IDENTITY),
    providedContexts: read.providedContexts('ProvidedContexts'),
    minimumTokenSize: read.integer('MinimumSessionTokenSize', rules.MINIMUM_TOKEN_SIZE),
  };
}

function authorizeAssumption(call: SignedStsCall, wanted: AskedAssumeRole, mfaAt: number | undefined): Role {
  const { aws, caller, request } = call;
  const refuse = refusal(caller, wanted.roleArn);
  const role = aws.world.findRole(wanted.roleArn);
  if (role === undefined) throw refuse('sts:AssumeRole', 'there is no such role');
  if (caller.kind === 'federated-user') {
    throw refuse(
      'sts:AssumeRole',
      'sessions of GetFederationToken may call nothing of STS but GetCallerIdentity',
    );
  }
  const resulting = resultingTags(wanted, caller.session);
  const keys: ConditionKeys = new Map([
    ...requestKeys(request, call.region),
    ...callerKeys(caller, request.receivedAt),
    ...wantedSessionKeys(wanted),
    ...roleKeys(role, resulting),
  ]);
  if (mfaAt !== undefined)
    keys.set('aws:MultiFactorAuthPresent', ['true']).set('aws:MultiFactorAuthAge', ['0']);
  const decide = (action: string) =>
    authorize(aws.world, {
      caller,
      action,
      keys,
      resource: role.arn,
      resourceAccount: role.accountId,
      resourcePolicy: role.trustPolicy,
      decided: call.decided,
    });
  // Tags that are inherited are set again, like a source identity, and need the same permission as passed ones.
  const actions = neededActions('sts:AssumeRole', { ...wanted, tags: resulting.tags });
  const isWithContext = wanted.providedContexts.length > 0;
  requireAll([...actions, ...(isWithContext ? ['sts:SetContext'] : [])], decide, refuse);
  return role;
}

/** Assertions are signed by IAM Identity Center, which no account of the sandbox has: none can be good. */
function refuseContexts(contexts: readonly ProvidedContext[]): void {
  if (contexts.length === 0) return;
  throw new AwsError(
    'InvalidContextAssertion',
    'The context assertion that was provided is invalid.',
    400,
    'the sandbox has no trusted context provider',
  );
}

/** One text for every reason, so that nobody learns which roles there are. */
function refusal(caller: AwsCaller, roleArn: string): (action: string, detail: string) => AwsError {
  return (action, detail) =>
    accessDenied(
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}`,
      detail,
    );
}

/** MFA stays behind: what STS returns from AssumeRole says nothing of it. */
function sessionClaims(
  call: SignedStsCall,
  role: Role,
  wanted: AskedAssumeRole & { seconds: number },
): SessionClaims {
  const issuedAt = epochSeconds(call.request.receivedAt);
  return {
    kind: 'assumed-role',
    accountId: role.accountId,
    principalArn: role.arn,
    name: wanted.roleSessionName,
    origin: originOf(call.caller),
    issuedAt,
    expiresAt: issuedAt + wanted.seconds,
    ...optionalClaims({
      policies: wanted,
      ...resultingTags(wanted, call.caller.session),
      sourceIdentity: wanted.sourceIdentity,
    }),
  };
}

function originOf(caller: AwsCaller): SessionOrigin {
  if (caller.kind === 'role-session') return 'role-session';
  return caller.session === undefined ? 'long-term-key' : 'user-session';
}
