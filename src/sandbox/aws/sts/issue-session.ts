import { parsePolicy } from '../../../iam/parse-policy.ts';
import { AwsError, validationError } from '../wire/aws-error.ts';
import type { AwsState } from '../aws-state.ts';
import { PARTITION } from '../organization/identifiers.ts';
import { checkArnForm } from './parameter-reader.ts';
import type { ResultTree } from '../wire/query-protocol.ts';
import { type IssuedSession, MAX_SESSION_TOKEN_BYTES, type SessionClaims } from './sessions.ts';

/** The session policies of one call, as they came. */
export interface PassedPolicies {
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
}

/** The last checks before a session is made, as AWS makes them: they tell an allowed caller of mistakes. */
export function checkSessionPolicies(aws: AwsState, accountId: string, passed: PassedPolicies): void {
  if (passed.policy !== undefined) parseSessionPolicy(passed.policy);
  for (const arn of passed.policyArns) {
    checkArnForm(arn);
    const owner = arn.split(':')[4];
    const isUsable = arn.startsWith(`arn:${PARTITION}:iam::`) && (owner === accountId || owner === 'aws');
    if (!isUsable || aws.world.findManagedPolicy(arn) === undefined) {
      throw validationError(`${arn} is invalid`, 'no such managed policy of AWS or of this account');
    }
  }
}

function parseSessionPolicy(text: string): void {
  try {
    parsePolicy(text, 'session');
  } catch (error) {
    const message = isJson(text) ? 'Syntax errors in policy.' : 'This policy contains invalid Json';
    const detail = error instanceof Error ? error.message : undefined;
    throw new AwsError('MalformedPolicyDocument', message, 400, detail);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function issueSession(
  aws: AwsState,
  claims: SessionClaims,
  minimumTokenBytes?: number,
): IssuedSession {
  const principalId = aws.world.idOf(claims.principalArn);
  const bound = principalId === undefined ? claims : { ...claims, principalId };
  const issued = aws.sessions.issue(bound, minimumTokenBytes);
  if (issued.tokenBytes > MAX_SESSION_TOKEN_BYTES) {
    throw new AwsError(
      'PackedPolicyTooLarge',
      `The session token would have ${issued.tokenBytes} bytes, more than the maximum of ${MAX_SESSION_TOKEN_BYTES} bytes: use smaller policies or fewer tags.`,
    );
  }
  return issued;
}

/** `Credentials`, in every issuing answer. */
export function credentialsOf(issued: IssuedSession): ResultTree {
  return {
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey.reveal(),
    SessionToken: issued.sessionToken.reveal(),
    Expiration: issued.expiresAt,
  };
}

/** Since September 2026 one limit, that of the token. */
export function tokenSizes(issued: IssuedSession): ResultTree {
  return {
    SessionTokenUtilization: tokenPercent(issued),
    SessionTokenSize: issued.tokenBytes,
  };
}

/** The deprecated PackedPolicySize says the same as SessionTokenUtilization. */
export function tokenPercent(issued: IssuedSession): number {
  return Math.round((100 * issued.tokenBytes) / MAX_SESSION_TOKEN_BYTES);
}

/** Leaves out what a session does not have, so that tokens stay small. */
export function optionalClaims(passed: {
  readonly policies?: PassedPolicies;
  readonly tags?: SessionClaims['tags'];
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string | undefined;
  readonly mfaAt?: number | undefined;
}): Partial<SessionClaims> {
  const { policies, tags = [], transitiveTagKeys = [], sourceIdentity, mfaAt } = passed;
  const policyArns = policies?.policyArns ?? [];
  return {
    ...(policies?.policy === undefined ? {} : { policy: policies.policy }),
    ...(policyArns.length === 0 ? {} : { policyArns }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(transitiveTagKeys.length === 0 ? {} : { transitiveTagKeys }),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(mfaAt === undefined ? {} : { mfaAt }),
  };
}
