/** An application looks at its own access tokens (RFC 7662) and ends them (RFC 7009): its own, and no others. */
import type { Origin } from '../../core/audit-event.ts';
import { BrokerError } from '../../core/errors.ts';
import type { AuthorizationStore } from '../../core/ports/authorizations.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { principalId } from '../../core/principal.ts';
import type { AccessTokens, ResumedToken } from '../resume-token.ts';
import type { ApplicationAuthentication } from './authenticate-application.ts';
import type { ShownProof } from './shown-proof.ts';

export interface AskedToken {
  readonly shown: ShownProof;
  readonly token: string;
}

export interface OwnAccessTokens {
  /** @returns undefined for what is no live token of the caller's, whatever it is. @throws BrokerError `client.invalid`, `request.too_many` */
  introspect(asked: AskedToken, origin: Origin): Promise<ResumedToken | undefined>;
  /** Nothing happens, and nothing is said, where it is no live token of the caller's. @throws like `introspect`. */
  revoke(asked: AskedToken, origin: Origin): Promise<void>;
}

export interface OwnAccessTokensDependencies {
  readonly authentication: ApplicationAuthentication;
  readonly accessTokens: AccessTokens;
  readonly authorizations: Pick<AuthorizationStore, 'spend' | 'revoke'>;
  readonly clock: Clock;
}

export function createOwnAccessTokens(dependencies: OwnAccessTokensDependencies): OwnAccessTokens {
  const { authentication, accessTokens, authorizations, clock } = dependencies;

  async function callerOf({ shown }: AskedToken, origin: Origin): Promise<string> {
    const { application, spend } = await authentication.authenticate(shown, origin);
    if (spend.length === 0) return application.id;
    await authorizations.spend(spend).catch((error: unknown) => {
      if (!(error instanceof BrokerError) || error.code !== 'code.spent') throw error;
      return authentication.refuse(shown, origin, 'it was used before');
    });
    return application.id;
  }

  async function introspect(asked: AskedToken, origin: Origin): Promise<ResumedToken | undefined> {
    const caller = await callerOf(asked, origin);
    try {
      const found = await accessTokens.resume(asked.token, ['application', 'on-behalf-of'], origin);
      return found.authorization.applicationId === caller ? found : undefined;
    } catch (error) {
      if (error instanceof BrokerError && error.code === 'token.invalid') return undefined;
      throw error;
    }
  }

  return {
    introspect,
    async revoke(asked, origin) {
      const found = await introspect(asked, origin);
      if (found === undefined) return;
      const { authorization, principal } = found;
      await authorizations.revoke(authorization.id, {
        name: 'access-token.revoked',
        at: clock.now(),
        principal: principalId(principal),
        origin,
        detail: {
          kind: authorization.kind,
          application: authorization.applicationId ?? null,
          cause: 'application',
        },
      });
    },
  };
}
