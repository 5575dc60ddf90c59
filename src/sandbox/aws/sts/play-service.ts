import { accessDenied, AwsError } from '../wire/aws-error.ts';
import { decide } from '../access/authorize.ts';
import type { RecordDecision } from '../explain/recorded-decision.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import { assumedRoleArn } from '../access/caller.ts';
import { EXAMPLE_ACCOUNTS } from '../organization/example-accounts.ts';
import { iamArn } from '../organization/identifiers.ts';
import { credentialsOf, issueSession } from './issue-session.ts';
import { CallRecord, type Journal } from '../journal.ts';
import type { ResultTree } from '../wire/query-protocol.ts';
import { epochSeconds, requestKeys, wantedSessionKeys } from '../access/request-context.ts';
import { describeDecision, roleKeys } from './role-assumption.ts';

/*
 * Plays an AWS service that assumes a role: what happens inside AWS and no person can do. Situation 3.
 */

export interface PlayedService {
  /** Only services can be played, and the role's trust policy decides which. */
  readonly service: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly sessionPolicy: string;
}

/** Lambda@Edge lists the objects of a bucket, with a role that may do anything with S3 and a policy that lets it list. */
export const LIST_BUCKETS_AT_THE_EDGE: PlayedService = {
  service: 'lambda.amazonaws.com',
  roleArn: iamArn(EXAMPLE_ACCOUNTS.tools, 'role/EdgeListBuckets'),
  sessionName: 'list-buckets-at-the-edge',
  sessionPolicy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }],
  }),
};

export interface ServiceStage {
  readonly aws: AwsState;
  readonly journal: Journal;
}

export type PlayedResult =
  | { readonly allowed: true; readonly assumedRoleArn: string; readonly credentials: ResultTree }
  | {
      readonly allowed: false;
      readonly code: string;
      readonly message: string;
      readonly detail: string | undefined;
    };

export function playService(stage: ServiceStage, request: AwsRequest, played: PlayedService): PlayedResult {
  const record = new CallRecord(stage.journal, request);
  record.action = 'AssumeRole';
  record.note({ ...played, playedBy: 'sandbox' });
  try {
    const result = assumeAsService(stage.aws, request, {
      ...played,
      decided: (decision) => record.decided(decision),
    });
    record.succeeded();
    return { allowed: true, ...result };
  } catch (error) {
    const { code, message } = record.failed(error);
    return { allowed: false, code, message, detail: error instanceof AwsError ? error.detail : undefined };
  }
}

function assumeAsService(
  aws: AwsState,
  request: AwsRequest,
  { service, roleArn, sessionName, sessionPolicy, decided }: PlayedService & { decided: RecordDecision },
): { assumedRoleArn: string; credentials: ResultTree } {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/.test(service)) {
    throw accessDenied(`${service.slice(0, 128)} is no AWS service`, 'only services can be played');
  }
  const refuse = (detail: string) =>
    accessDenied(
      `User: ${service} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      detail,
    );
  const role = aws.world.findRole(roleArn);
  if (role === undefined) throw refuse('there is no such role');
  const wanted = { roleSessionName: sessionName, tags: [], transitiveTagKeys: [] };
  const decision = decide(
    {
      action: 'sts:AssumeRole',
      resource: role.arn,
      resourceAccount: role.accountId,
      principal: { kind: 'service', service },
      context: new Map([
        ...requestKeys(request, 'us-east-1'),
        ...wantedSessionKeys(wanted),
        ...roleKeys(role, wanted),
      ]),
    },
    { identity: [], resource: role.trustPolicy },
    decided,
  );
  if (!decision.allowed) throw refuse(describeDecision('sts:AssumeRole', decision));
  const issuedAt = epochSeconds(request.receivedAt);
  const issued = issueSession(aws, {
    kind: 'assumed-role',
    accountId: role.accountId,
    principalArn: role.arn,
    name: sessionName,
    origin: 'service',
    issuedAt,
    expiresAt: issuedAt + 3600,
    policy: sessionPolicy,
  });
  return { assumedRoleArn: assumedRoleArn(role, sessionName), credentials: credentialsOf(issued) };
}
