import type { Account } from '../catalogue.ts';

/** Who a CredentialSource is to AWS. */
export interface SourcePrincipals {
  /**
   * As GetCallerIdentity tells it, asked where the account's STS is.
   *
   * @throws BrokerError `broker.credentials`, `sts.*`
   */
  arnOf(credentialSource: string, account: Account): Promise<string>;
}
