/** How sign-in sessions end: by the person, or by their identity provider's word. At once, on every node. */
import type { Origin } from '../core/audit-event.ts';
import type { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { AuditStore, OneTimeValue, SessionSelector, SignInSessionStore } from '../core/ports/stores.ts';
import { principalId } from '../core/principal.ts';
import type { RateLimits } from './rate-limits.ts';
import type { SignedIn } from './sign-in-session.ts';

export interface SignOutDependencies {
  readonly sessions: SignInSessionStore;
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly limits: Pick<RateLimits, 'answerFailed'>;
}

/** What a provider's verified message ends; its id is spent with it. */
export interface ProviderWord {
  readonly connectorId: string;
  readonly sessions: SessionSelector;
  readonly spend: readonly OneTimeValue[];
}

export interface SignOut {
  /** Ends the session that the person signs out of. */
  end(signedIn: SignedIn, origin: Origin): Promise<void>;
  /** @returns how many sessions ended. @throws BrokerError `sign_in.replayed` */
  endForProvider(word: ProviderWord, origin: Origin): Promise<number>;
  /** Records why a provider's message ended nothing. @throws BrokerError `request.too_many` where that happens too often. */
  deny(connectorId: string, error: BrokerError, origin: Origin): Promise<void>;
}

export function createSignOut({ sessions, audit, clock, limits }: SignOutDependencies): SignOut {
  return {
    async end({ principal, session }, origin) {
      await sessions.revoke(session.idHash, {
        name: 'sign-out.completed',
        at: clock.now(),
        principal: principalId(principal),
        origin,
        detail: { connector: principal.identity.connectorId },
      });
    },

    async endForProvider({ connectorId, sessions: selector, spend }, origin) {
      if (selector.connectorId !== connectorId) throw new Error('A provider ends sessions of its own alone.');
      const { subject } = selector;
      return sessions.revokeWhere(selector, spend, {
        name: 'session.revoked',
        at: clock.now(),
        origin,
        detail: {
          connector: connectorId,
          cause: 'provider-logout',
          ...(subject === undefined ? {} : { subject }),
        },
      });
    },

    async deny(connectorId, error, origin) {
      await limits.answerFailed(error, { address: origin.sourceIp });
      const detail = { connector: connectorId, reason: error.code, detail: error.detail ?? null };
      await audit.record({ name: 'sign-out.denied', at: clock.now(), origin, detail });
    },
  };
}
