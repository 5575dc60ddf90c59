/**
 * Codes and refresh tokens of `aws login`, each for credentials of the one role that was picked.
 *
 * A refresh token is not replaced: it is nothing without the key that the login was made with, which RFC 9700
 * section 2.2.2 asks for as the alternative, and clients refresh in parallel without a lock and would lose each
 * other's. It is shown to use the role, so that it is kept as an access token: what ends one of those ends it too.
 */
import type { Origin } from '../core/audit-event.ts';
import type { Delivery } from '../core/ports/delivery.ts';
import { sha256Hex } from '../lib/hash.ts';
import { AnsweredProofs, type KeyProof } from './answered-proofs.ts';
import { LOGIN_CREDENTIALS_SECONDS } from './aws-login-approval.ts';
import type { IssueCredentials } from './issue-credentials.ts';
import type { Login } from './login-grant.ts';
import { redeemLoginCode, type CodeGrant, type RedeemDependencies } from './redeem-login-code.ts';
import { refreshLogin, type RefreshDependencies, type RefreshGrant } from './refresh-login.ts';

export interface LoginCredentials {
  readonly accessToken: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  /** `arn:{partition}:sts::{account}:assumed-role/{role}/{session}` */
  readonly sessionArn: string;
  readonly expiresAt: Date;
}

export interface LoginAnswer extends LoginCredentials {
  readonly refreshToken: string;
}

export interface AwsLoginTokens {
  /**
   * The same grant with the same proof gets the same answer: clients send both again when an answer is lost.
   *
   * @throws BrokerError `code.spent`, `token.invalid`, `session.ended`, `proof.replayed`, and whatever the role is refused for.
   */
  exchange(grant: CodeGrant | RefreshGrant, proof: KeyProof, origin: Origin): Promise<LoginAnswer>;
}

export interface TokenDependencies extends RedeemDependencies, RefreshDependencies {
  readonly authorizations: RedeemDependencies['authorizations'] & RefreshDependencies['authorizations'];
  readonly issueCredentials: IssueCredentials;
  readonly delivery: Delivery<LoginCredentials>;
}

export function tokensOf(dependencies: TokenDependencies): AwsLoginTokens {
  const answered = new AnsweredProofs<Login, LoginAnswer>(dependencies.clock);
  return {
    exchange: (grant, proof, origin) =>
      answered.answer(proof, sha256Hex(JSON.stringify(grant)), {
        spend: () =>
          grant.grantType === 'authorization_code'
            ? redeemLoginCode(dependencies, grant, { proof, origin })
            : refreshLogin(dependencies, grant, { proof, origin }),
        assertStanding: async ({ refreshToken }) => {
          await dependencies.accessTokens.resume(refreshToken, ['aws-login'], origin);
        },
        issue: (login) => issue(dependencies, login, origin),
      }),
  };
}

/** To clients they last as long as the login at most; to AWS, STS's minimum. */
async function issue(
  { issueCredentials, delivery }: TokenDependencies,
  { refreshToken, principal, authorization, userIdToken }: Login,
  origin: Origin,
): Promise<LoginAnswer> {
  const [roleId = ''] = authorization.facts.roles ?? [];
  const credentials = await issueCredentials({
    principal,
    access: { roleId, durationSeconds: LOGIN_CREDENTIALS_SECONDS },
    input: userIdToken === undefined ? {} : { userIdToken },
    delivery,
    origin,
  });
  const expiresAt = new Date(Math.min(credentials.expiresAt.getTime(), authorization.expiresAt.getTime()));
  return { ...credentials, expiresAt, refreshToken };
}
