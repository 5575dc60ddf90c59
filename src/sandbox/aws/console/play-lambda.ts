/** The button of situation 3: a service assumes its role, and what it then may do is tried out. */
import { authorize } from '../access/authorize.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { SandboxAws } from '../aws-server.ts';
import { sessionCaller } from '../access/caller.ts';
import { EXAMPLE_ACCOUNTS } from '../organization/example-accounts.ts';
import { LIST_BUCKETS_AT_THE_EDGE, playService, type PlayedResult } from '../sts/play-service.ts';

/** Services the page offers: two that the role trusts, and one to see refused. */
export const PLAYABLE_SERVICES = ['lambda.amazonaws.com', 'edgelambda.amazonaws.com', 'ec2.amazonaws.com'];

/** The role allows all of S3; the session policy leaves the first alone. */
const TRIALS = [
  { action: 's3:ListBucket', resource: 'arn:aws:s3:::example-tools-website' },
  { action: 's3:GetObject', resource: 'arn:aws:s3:::example-tools-website/index.html' },
  { action: 's3:ListAllMyBuckets', resource: '*' },
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
  return TRIALS.map(({ action, resource }) => {
    const question = {
      caller,
      action,
      resource,
      resourceAccount: EXAMPLE_ACCOUNTS.tools,
      keys: new Map(),
      // Tried out for the page alone: nobody asked it of a service.
      decided: () => undefined,
    };
    return { action, resource, allowed: authorize(aws.world, question).allowed };
  });
}
