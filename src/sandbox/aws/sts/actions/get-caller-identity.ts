import type { ResultTree } from '../../wire/query-protocol.ts';
import type { SignedStsCall } from '../sts-call.ts';

/**
 * Answers whoever has good credentials, even under an explicit deny.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function getCallerIdentity({ caller }: SignedStsCall): ResultTree {
  return { Arn: caller.arn, UserId: caller.userId, Account: caller.account.id };
}
