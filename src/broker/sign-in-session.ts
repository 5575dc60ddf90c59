/** Sign-in sessions once they exist: who they speak for, kept alive by use, ended at once. */
import type { Origin } from '../core/audit-event.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { SignInSession, SignInSessionStore } from '../core/ports/stores.ts';
import { principalId, type UserPrincipal } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';

/** A session's last-seen time is written at most this often. */
const TOUCH_SECONDS = 60;

export interface SessionLife {
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
}

export interface SignedIn {
  readonly principal: UserPrincipal;
  readonly session: SignInSession;
}

export interface SignInSessions {
  /** Who a session cookie speaks for, while it stands. */
  resume(cookie: string): Promise<SignedIn | undefined>;
  end(signedIn: SignedIn, origin: Origin): Promise<void>;
}

export function createSignInSessions(
  store: SignInSessionStore,
  clock: Clock,
  life: SessionLife,
): SignInSessions {
  return {
    async resume(cookie) {
      const now = clock.now();
      const session = await store.find(sha256Hex(cookie), now);
      if (session === undefined) return undefined;
      if (now.getTime() - session.seenAt.getTime() > TOUCH_SECONDS * 1000) {
        // Neither waited for nor missed: who only reads must not be stopped by a store that cannot be written,
        // and the store itself says that it cannot.
        store.touch(session.idHash, now, after(now, life.idleSeconds)).catch(() => undefined);
      }
      return { principal: principalOf(session), session };
    },

    async end({ principal, session }, origin) {
      await store.revoke(session.idHash, {
        name: 'sign-out.completed',
        at: clock.now(),
        principal: principalId(principal),
        origin,
        detail: {},
      });
    },
  };
}

export function principalOf(session: SignInSession): UserPrincipal {
  return {
    kind: 'user',
    identity: session.identity,
    authentication: session.authentication,
    standing: { kind: 'sign-in-session', idHash: session.idHash },
  };
}

export function after(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
