/**
 * The tokens of Identity Center's clients, from a person's word to their end. Each hangs on an authorization, which
 * ends with the sign-in session in which the person gave it. What is wrong about a code or a token is recorded.
 */
import type { Origin } from '../core/audit-event.ts';
import { BrokerError, type ErrorCode } from '../core/errors.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import { principalId } from '../core/principal.ts';
import type { KnownClient } from './client-registrations.ts';
import type { IssuedClientTokens } from './client-token-pair.ts';
import type { RateLimits } from './rate-limits.ts';
import { createRedeemClientCode, type CodeOfClient, type RedeemDependencies } from './redeem-client-code.ts';
import { createRenewClientTokens, type RenewDependencies } from './renew-client-tokens.ts';
import type { AccessTokens } from './resume-token.ts';

export type ClientGrant =
  | { readonly kind: 'device-code'; readonly deviceCode: string }
  | ({ readonly kind: 'authorization-code' } & CodeOfClient)
  | { readonly kind: 'refresh-token'; readonly refreshToken: string };

export interface ClientTokens {
  /** @throws BrokerError `client.*`, `code.spent`, `token.refresh` */
  issue(client: KnownClient, grant: ClientGrant, origin: Origin): Promise<IssuedClientTokens>;
  /** Ends everything that came of the same word. @throws BrokerError `token.invalid` */
  end(accessToken: string, origin: Origin): Promise<void>;
}

export interface ClientTokensDependencies extends RedeemDependencies, RenewDependencies {
  readonly accessTokens: AccessTokens;
  readonly audit: AuditSink;
  readonly limits: Pick<RateLimits, 'answerFailed'>;
}

/** Waiting is nothing wrong, and a person's no is recorded already. */
const RECORDED: readonly ErrorCode[] = ['code.spent', 'token.refresh'];

export function createClientTokens(dependencies: ClientTokensDependencies): ClientTokens {
  const { accessTokens, authorizations, audit, clock, limits } = dependencies;
  const redeem = createRedeemClientCode(dependencies);
  const renew = createRenewClientTokens(dependencies);

  function run(client: KnownClient, grant: ClientGrant, origin: Origin): Promise<IssuedClientTokens> {
    if (grant.kind === 'device-code') return redeem.deviceCode(client, grant.deviceCode, origin);
    if (grant.kind === 'authorization-code') return redeem.authorizationCode(client, grant, origin);
    return renew(client, grant.refreshToken, origin);
  }

  return {
    async issue(client, grant, origin) {
      try {
        return await run(client, grant, origin);
      } catch (error) {
        if (error instanceof BrokerError && RECORDED.includes(error.code)) {
          await limits.answerFailed(error, { address: origin.sourceIp });
          const detail = {
            kind: 'identity-center',
            client: client.name,
            grant: grant.kind,
            reason: error.code,
            detail: error.detail ?? null,
          };
          await audit.record({ name: 'access-token.denied', at: clock.now(), origin, detail });
        }
        throw error;
      }
    },

    async end(accessToken, origin) {
      const { principal, authorization } = await accessTokens.resume(
        accessToken,
        ['identity-center'],
        origin,
      );
      await authorizations.revoke(authorization.id, {
        name: 'access-token.revoked',
        at: clock.now(),
        principal: principalId(principal),
        origin,
        detail: { kind: 'identity-center', cause: 'client', client: authorization.label },
      });
    },
  };
}
