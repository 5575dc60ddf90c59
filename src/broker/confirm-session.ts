/**
 * Asks the identity provider anew whether a signed-in person may still be, so that somebody who was disabled
 * there does not go on here until the session's end. One request asks, on all nodes; the others go on meanwhile.
 */
import type { AuditEvent, Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { SessionProvider } from '../core/ports/session-provider.ts';
import type { ConfirmedSession, SignInSession, SignInSessionStore } from '../core/ports/stores.ts';
import { principalId, type Identity } from '../core/principal.ts';
import { after, principalOf } from './sign-in-session.ts';

/** No connector may want it more often: younger than this, nobody is looked for who could be asked. */
const SHORTEST_SECONDS = 60;
/**
 * A provider that could not be asked is asked again after this long. Longer than any request to one may take:
 * two at once with the same refresh token look like a theft to it.
 */
const PAUSE_SECONDS = 60;

export interface ConfirmSessionDependencies {
  readonly store: SignInSessionStore;
  /** Their personal tokens stop with this, until they sign in again. */
  readonly people: Pick<PeopleStore, 'refuse'>;
  readonly provider: SessionProvider;
  readonly clock: Clock;
  /** Told when the provider could not be asked, and the session goes on with its last word. */
  readonly report: (error: BrokerError) => void;
}

/** @returns the session as it is now; undefined when it ends with this. */
export type ConfirmSession = (session: SignInSession, origin: Origin) => Promise<SignInSession | undefined>;

export function createConfirmSession(dependencies: ConfirmSessionDependencies): ConfirmSession {
  const { clock, provider, report } = dependencies;
  return async (session, origin) => {
    const young = after(clock.now(), -SHORTEST_SECONDS);
    if (session.connectorState === undefined || session.confirmedAt > young) return session;
    let word: ConfirmedSession | undefined;
    try {
      if (!(await claims(dependencies, session))) return session;
      word = await provider.confirm(session);
    } catch (thrown) {
      // Neither a provider that is down nor a store that only reads may sign everybody out.
      if (!(thrown instanceof BrokerError)) throw thrown;
      report(thrown);
      return session;
    }
    return word === undefined || isAnother(word.identity, session.identity)
      ? end(dependencies, session, origin)
      : keep(dependencies, session, { word, origin });
  };
}

/** Whether it is this request that asks. Asked without a written claim, a provider's new token could be lost. */
async function claims(
  { store, provider, clock }: ConfirmSessionDependencies,
  session: SignInSession,
): Promise<boolean> {
  const seconds = await provider.confirmationSeconds(session);
  if (seconds === undefined) return false;
  const confirmedBefore = after(clock.now(), -seconds);
  if (session.confirmedAt >= confirmedBefore) return false;
  const countsAs = after(confirmedBefore, PAUSE_SECONDS);
  return store.claimConfirmation(session.idHash, { confirmedBefore, countsAs });
}

/** A provider that answers with somebody else has not confirmed this person. */
function isAnother(now: Identity, then: Identity): boolean {
  return now.connectorId !== then.connectorId || now.subject !== then.subject;
}

async function end(
  { store, people, clock }: ConfirmSessionDependencies,
  session: SignInSession,
  origin: Origin,
): Promise<undefined> {
  const { connectorId } = session.identity;
  const now = clock.now();
  await people.refuse(session.identity, now);
  await store.revoke(session.idHash, {
    name: 'session.revoked',
    at: now,
    principal: principalId(principalOf(session)),
    origin,
    detail: { connector: connectorId, cause: 'provider', sessions: 1 },
  });
  return undefined;
}

async function keep(
  { store, clock }: ConfirmSessionDependencies,
  session: SignInSession,
  { word, origin }: { readonly word: ConfirmedSession; readonly origin: Origin },
): Promise<SignInSession | undefined> {
  const now = clock.now();
  const { identity } = word;
  const event: AuditEvent = {
    name: 'session.confirmed',
    at: now,
    principal: principalId(principalOf(session)),
    origin,
    detail: { connector: identity.connectorId, groups: identity.groups, cause: 'provider' },
  };
  // Told where something about the person has changed; a record every few minutes of each session tells nothing.
  const told = sameFacts(identity, session.identity) ? undefined : event;
  const stands = await store.confirm(session.idHash, { ...word, confirmedAt: now }, told);
  return stands ? store.find(session.idHash, now) : undefined;
}

function sameFacts(one: Identity, other: Identity): boolean {
  const facts = ({ groups, attributes }: Identity): string =>
    JSON.stringify([groups, [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return facts(one) === facts(other);
}
