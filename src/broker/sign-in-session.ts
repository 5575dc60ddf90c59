/** Sign-in sessions once they exist: who they speak for, kept alive by use. `sign-out` ends them. */
import type { Origin } from '../core/audit-event.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { SignInSession, SignInSessionStore } from '../core/ports/stores.ts';
import type { UserPrincipal } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { ConfirmSession } from './confirm-session.ts';

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
  resume(cookie: string, origin: Origin): Promise<SignedIn | undefined>;
  /** The session itself, for what was allowed in it: its browser may have been idle for longer than a cookie lives. */
  resumeStanding(idHash: string, origin: Origin): Promise<SignInSession | undefined>;
}

export interface SignInSessionDependencies {
  readonly store: SignInSessionStore;
  readonly clock: Clock;
  readonly life: SessionLife;
  readonly confirmSession: ConfirmSession;
}

export function createSignInSessions({
  store,
  clock,
  life,
  confirmSession,
}: SignInSessionDependencies): SignInSessions {
  return {
    async resume(cookie, origin) {
      const now = clock.now();
      const found = await store.find(sha256Hex(cookie), now);
      const session = found === undefined ? undefined : await confirmSession(found, origin);
      if (session === undefined) return undefined;
      if (now.getTime() - session.seenAt.getTime() > TOUCH_SECONDS * 1000) {
        // Neither waited for nor missed: who only reads must not be stopped by a store that cannot be written,
        // and the store itself says that it cannot.
        store.touch(session.idHash, now, after(now, life.idleSeconds)).catch(() => undefined);
      }
      return { principal: principalOf(session), session };
    },
    async resumeStanding(idHash, origin) {
      const found = await store.findStanding(idHash, clock.now());
      return found === undefined ? undefined : confirmSession(found, origin);
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
