/**
 * `aws login`: a person picks one of their roles for a client; the client redeems the code that came of it, and by
 * its own key gets credentials again and again, while the sign-in session in which the role was picked stands.
 *
 * Nothing here is asked of the person again, so nothing here lasts longer than their session, and each hand-out is
 * decided and recorded as if it were the first.
 */
import { approvalOf, type AwsLoginApproval, type ApprovalDependencies } from './aws-login-approval.ts';
import { tokensOf, type AwsLoginTokens, type TokenDependencies } from './aws-login-tokens.ts';

export interface AwsLogin extends AwsLoginApproval, AwsLoginTokens {}

/** The two clients of the `signin` service: a browser beside the client, or on another device. */
export const LOGIN_CLIENT_IDS = {
  sameDevice: 'arn:aws:signin:::devtools/same-device',
  otherDevice: 'arn:aws:signin:::devtools/cross-device',
} as const;

export function createAwsLogin(dependencies: ApprovalDependencies & TokenDependencies): AwsLogin {
  return { ...approvalOf(dependencies), ...tokensOf(dependencies) };
}
