import { AwsError } from '../../wire/aws-error.ts';
import { assumedRoleUser } from '../../access/caller.ts';
import { authorizeFederated, federatedClaims } from '../federated-assumption.ts';
import {
  checkSessionPolicies,
  credentialsOf,
  issueSession,
  tokenPercent,
  tokenSizes,
} from '../issue-session.ts';
import { checkArnForm, ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { sessionSeconds } from '../role-assumption.ts';
import { checkPassedTags } from '../session-tags.ts';
import type { StsCall } from '../sts-call.ts';
import { type VerifiedWebIdentity, verifyWebIdentity } from '../web-identity/web-identity-verifier.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
export async function assumeRoleWithWebIdentity(call: StsCall): Promise<ResultTree> {
  const asked = readParameters(call);
  const verified = await verifyWebIdentity(call.aws, {
    token: asked.token,
    roleArn: asked.roleArn,
    accountId: asked.roleArn.split(':')[4] ?? '',
    now: call.request.receivedAt,
  });
  const { provider, subject, audience, sourceIdentity, tags, transitiveTagKeys } = verified;
  const wanted = { roleSessionName: asked.roleSessionName, sourceIdentity, tags, transitiveTagKeys };
  call.note({ ...asked, token: undefined, ...wanted, subject, provider: provider.arn });
  checkPassedTags(verified);
  const role = authorizeFederated(call, {
    action: 'sts:AssumeRoleWithWebIdentity',
    roleArn: asked.roleArn,
    principal: { kind: 'web-identity', provider: provider.arn },
    providerAccountId: provider.accountId,
    keys: verified.keys,
    wanted,
  });
  const seconds = sessionSeconds(role, asked.durationSeconds, false);
  checkSessionPolicies(call.aws, role.accountId, asked);
  const claims = federatedClaims(call, role, {
    origin: 'web-identity',
    name: asked.roleSessionName,
    seconds,
    policies: asked,
    wanted,
    federatedProvider: provider.arn,
    federation: lastingKeys(verified),
  });
  const issued = issueSession(call.aws, claims, asked.minimumTokenSize);
  return {
    SourceIdentity: sourceIdentity,
    Audience: audience,
    AssumedRoleUser: assumedRoleUser(role, asked.roleSessionName),
    Provider: provider.arn,
    Credentials: credentialsOf(issued),
    PackedPolicySize: tokenPercent(issued),
    SubjectFromWebIdentityToken: subject,
    ...tokenSizes(issued),
  };
}

function readParameters(call: StsCall) {
  const read = new ParameterReader(call.parameters);
  const asked = {
    roleArn: read.requiredText('RoleArn', rules.ROLE_ARN),
    roleSessionName: read.requiredText('RoleSessionName', rules.ROLE_SESSION_NAME),
    token: read.requiredText('WebIdentityToken', rules.WEB_IDENTITY_TOKEN),
    providerId: read.text('ProviderId', rules.PROVIDER_ID),
    policyArns: read.policyArns('PolicyArns'),
    policy: read.text('Policy', rules.POLICY),
    durationSeconds: read.integer('DurationSeconds', rules.ROLE_DURATION),
    minimumTokenSize: read.integer('MinimumSessionTokenSize', rules.MINIMUM_TOKEN_SIZE),
  };
  call.note({ ...asked, token: undefined });
  read.finish();
  checkArnForm(asked.roleArn);
  // It is for the old OAuth 2.0 providers, which the sandbox does not play.
  if (asked.providerId !== undefined) {
    throw new AwsError('InvalidParameterValue', 'ProviderId is not for OpenID Connect ID tokens.');
  }
  return asked;
}

/** Of the token's keys, those that later calls of the session carry too. */
function lastingKeys({ keys }: VerifiedWebIdentity): Readonly<Record<string, string | readonly string[]>> {
  return Object.fromEntries([...keys].filter(([name]) => /:(amr|aud|sub)$/.test(name)));
}
