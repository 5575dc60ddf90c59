import { accessDenied } from '../../wire/aws-error.ts';
import { authorize } from '../../access/authorize.ts';
import { stsArn } from '../../organization/identifiers.ts';
import {
  checkSessionPolicies,
  credentialsOf,
  issueSession,
  optionalClaims,
  tokenPercent,
  tokenSizes,
} from '../issue-session.ts';
import { ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { callerKeys, epochSeconds, requestKeys, wantedSessionKeys } from '../../access/request-context.ts';
import { requireAll } from '../role-assumption.ts';
import { checkPassedTags } from '../session-tags.ts';
import type { SignedStsCall } from '../sts-call.ts';
import { userSessionSeconds } from '../user-session.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export function getFederationToken(call: SignedStsCall): ResultTree {
  const { aws, caller } = call;
  const asked = readParameters(call);
  if (caller.session !== undefined)
    throw accessDenied('Cannot call GetFederationToken with session credentials');
  checkPassedTags({ tags: asked.tags, transitiveTagKeys: [] });
  const arn = stsArn(caller.account.id, `federated-user/${asked.name}`);
  authorizeToken(call, arn, asked);
  checkSessionPolicies(aws, caller.account.id, asked);
  const issuedAt = epochSeconds(call.request.receivedAt);
  const claims = {
    kind: 'federated-user',
    accountId: caller.account.id,
    principalArn: caller.arn,
    name: asked.name,
    origin: 'long-term-key',
    issuedAt,
    expiresAt: issuedAt + userSessionSeconds(caller, asked.durationSeconds),
    ...optionalClaims({ policies: asked, tags: asked.tags }),
  } as const;
  const issued = issueSession(aws, claims, asked.minimumTokenSize);
  return {
    Credentials: credentialsOf(issued),
    FederatedUser: { FederatedUserId: `${caller.account.id}:${asked.name}`, Arn: arn },
    PackedPolicySize: tokenPercent(issued),
    ...tokenSizes(issued),
  };
}

type AskedFederationToken = ReturnType<typeof readParameters>;

function readParameters(call: SignedStsCall) {
  const read = new ParameterReader(call.parameters);
  const asked = {
    name: read.requiredText('Name', rules.FEDERATED_NAME),
    policy: read.text('Policy', rules.POLICY),
    policyArns: read.policyArns('PolicyArns'),
    durationSeconds: read.integer('DurationSeconds', rules.USER_DURATION),
    tags: read.tags('Tags'),
    minimumTokenSize: read.integer('MinimumSessionTokenSize', rules.MINIMUM_TOKEN_SIZE),
  };
  call.note(asked);
  read.finish();
  return asked;
}

function authorizeToken(call: SignedStsCall, resource: string, asked: AskedFederationToken): void {
  const { aws, caller, request } = call;
  const keys = new Map([
    ...requestKeys(request, call.region),
    ...callerKeys(caller, request.receivedAt),
    ...wantedSessionKeys({ tags: asked.tags, transitiveTagKeys: [] }),
  ]);
  requireAll(
    ['sts:GetFederationToken', ...(asked.tags.length > 0 ? ['sts:TagSession'] : [])],
    (action) =>
      authorize(aws.world, {
        caller,
        action,
        resource,
        resourceAccount: caller.account.id,
        keys,
        decided: call.decided,
      }),
    (action, detail) =>
      accessDenied(
        `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
        detail,
      ),
  );
}
