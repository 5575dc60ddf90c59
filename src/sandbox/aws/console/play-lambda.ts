/** The button of situation 3: a service assumes its role, and what it then may do is tried out. */
import { authorize } from '../access/authorize.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { SandboxAws } from '../aws-server.ts';
import { type AwsCaller, sessionCaller } from '../access/caller.ts';
import type { World } from '../organization/world.ts';
import { explainDecision } from '../explain/explain-decision.ts';
import { namesIn } from '../explain/explain-call.ts';
import type { RecordedDecision } from '../explain/recorded-decision.ts';
import { findTraps } from '../explain/traps.ts';
import { LIST_BUCKETS_AT_THE_EDGE, playService, type PlayedResult } from '../sts/play-service.ts';

/** Services the page offers: two that the role trusts, and one to see refused. */
export const PLAYABLE_SERVICES = ['lambda.amazonaws.com', 'edgelambda.amazonaws.com', 'ec2.amazonaws.com'];

interface Trial {
  readonly call: string;
  readonly action: string;
  readonly resource: string;
}

/** The role allows all of S3; the session policy leaves the first alone. */
const TRIALS: readonly Trial[] = [
  { call: 'ListObjectsV2', action: 's3:ListBucket', resource: 'arn:aws:s3:::example-tools-website' },
  { call: 'GetObject', action: 's3:GetObject', resource: 'arn:aws:s3:::example-tools-website/index.html' },
  { call: 'ListBuckets', action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*' },
];

/** Plain facts for the page; no secret among them. */
export function playLambda(aws: SandboxAws, request: AwsRequest, service: string): object {
  const played = { ...LIST_BUCKETS_AT_THE_EDGE, service };
  const result = playService({ aws, journal: aws.journal }, request, played);
  return {
    service,
    roleArn: played.roleArn,
    sessionPolicy: JSON.stringify(JSON.parse(played.sessionPolicy), undefined, 2),
    allowed: result.allowed,
    requestId: request.id,
    ...(result.allowed
      ? { assumedRoleArn: result.assumedRoleArn, trials: tryOut(aws, result) }
      : { code: result.code, message: result.message, detail: result.detail }),
  };
}

function tryOut(aws: SandboxAws, { credentials }: PlayedResult & { allowed: true }): object[] {
  const { AccessKeyId: keyId, SessionToken: token } = credentials;
  if (typeof keyId !== 'string' || typeof token !== 'string') return [];
  const claims = aws.sessions.open(keyId, token)?.claims;
  const caller = claims === undefined ? undefined : sessionCaller(aws.world, claims, keyId);
  if (caller === undefined) return [];
  return TRIALS.map((trial) => tryOne(aws.world, caller, trial));
}

function tryOne(world: World, caller: AwsCaller, { call, action, resource }: Trial): object {
  // Tried out for the page alone: nobody asked it of a service, so no journal has it.
  const made: RecordedDecision[] = [];
  const { allowed } = authorize(world, {
    caller,
    action,
    resource,
    resourceAccount: caller.account.id,
    keys: new Map(),
    decided: (decision) => made.push(decision),
  });
  const [decision] = made;
  return {
    call,
    action,
    resource,
    allowed,
    text: decision === undefined ? '' : explainDecision(decision, namesIn(world)).text,
    traps: findTraps({ code: allowed ? 'Success' : 'AccessDenied', decision }),
  };
}
