import type { Permit } from '../decide-access.ts';
import type { GrantMethodName } from '../grant-methods.ts';

/** STS's answer as it came: nothing is believed until `check-sts-answer` has looked at it. */
export interface StsAnswer {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly expiresAt?: Date | undefined;
  /** AssumedRoleUser.Arn or FederatedUser.Arn; GetSessionToken has none. */
  readonly sessionArn?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  /** The answer's Date header: AWS's clock, by which `expiresAt` counts. */
  readonly answeredAt?: Date | undefined;
}

/** What a grant needs beside the permit, from the person who asks. */
export interface GrantInput {
  /** Six digits, where the role asks for its IAM user's MFA code. */
  readonly mfaCode?: string;
  /** The person's own ID token, where the role passes it through. */
  readonly userIdToken?: string;
}

/** One way to obtain credentials from STS, one per operation. */
export interface GrantMethod {
  readonly name: GrantMethodName;
  /**
   * @throws BrokerError `sts.*`, `broker.credentials`, `mfa.invalid`; `mfa.required` and `sign_in.again`
   *   before anything is sent where the input lacks what the role needs.
   */
  issue(permit: Permit, input: GrantInput): Promise<StsAnswer>;
}
