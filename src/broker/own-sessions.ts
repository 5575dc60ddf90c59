/** A person's own sign-in sessions: seen, and ended, by nobody else. */
import type { AuditEvent, Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { SignInSession, SignInSessionStore } from '../core/ports/stores.ts';
import { principalId, type PersonKey } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { SignedIn } from './sign-in-session.ts';

export interface ShownSession {
  /** Names it on pages; neither the cookie nor what is stored of it can be had from it. */
  readonly id: string;
  readonly session: SignInSession;
}

export interface OwnSession extends ShownSession {
  readonly isCurrent: boolean;
}

export interface OwnSessions {
  /** Live ones, newest first. */
  list(signedIn: SignedIn): Promise<readonly OwnSession[]>;
  /** @throws BrokerError `request.not_found`, also where it is somebody else's. */
  end(signedIn: SignedIn, id: string, origin: Origin): Promise<OwnSession>;
  /** All but the one that asks. */
  endOthers(signedIn: SignedIn, origin: Origin): Promise<void>;
}

export function createOwnSessions(store: SignInSessionStore, clock: Clock): OwnSessions {
  async function list({ session }: SignedIn): Promise<readonly OwnSession[]> {
    const sessions = await shownSessions(store, session.identity, clock.now());
    return sessions.map((each) => ({ ...each, isCurrent: each.session.idHash === session.idHash }));
  }

  const revocation = ({ principal }: SignedIn, origin: Origin): AuditEvent => ({
    name: 'session.revoked',
    at: clock.now(),
    principal: principalId(principal),
    origin,
    detail: { connector: principal.identity.connectorId, cause: 'person', sessions: 1 },
  });

  return {
    list,

    async end(signedIn, id, origin) {
      // Looked for among the person's own alone, so that another's is like one that does not exist.
      const own = (await list(signedIn)).find((each) => each.id === id);
      if (own === undefined) throw new BrokerError('request.not_found');
      await store.revoke(own.session.idHash, revocation(signedIn, origin));
      return own;
    },

    async endOthers(signedIn, origin) {
      const { identity, idHash } = signedIn.session;
      const { connectorId, subject } = identity;
      const others = { connectorId, subject, exceptIdHash: idHash };
      await store.revokeWhere(others, [], revocation(signedIn, origin));
    },
  };
}

/** A person's live ones, newest first. */
export async function shownSessions(
  store: Pick<SignInSessionStore, 'listOf'>,
  person: PersonKey,
  now: Date,
): Promise<readonly ShownSession[]> {
  const sessions = await store.listOf(person, now);
  return sessions.map((session) => ({ id: shownId(session), session }));
}

function shownId({ idHash }: SignInSession): string {
  return sha256Hex(`sign-in session as shown ${idHash}`).slice(0, 32);
}
