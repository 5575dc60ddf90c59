/** How an administrator ends what acts for somebody: looked for among that person's alone. */
import type { AuditEvent, AuditEventName, JsonValue } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { AuthorizationStore } from '../core/ports/authorizations.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { SignInSessionStore } from '../core/ports/stores.ts';
import { personId, principalId, type SignedInPerson } from '../core/principal.ts';
import type { Asker } from './administrators.ts';
import { listAuthorizations } from './own-authorizations.ts';
import { shownSessions } from './own-sessions.ts';

interface EndingDependencies {
  readonly signInSessions: SignInSessionStore;
  readonly authorizations: AuthorizationStore;
  readonly clock: Clock;
}

interface Ending {
  readonly asker: Asker;
  readonly person: SignedInPerson;
}

/** @throws BrokerError `request.not_found`, also where it is somebody else's */
export async function endSession(
  { signInSessions, clock }: EndingDependencies,
  ending: Ending,
  id: string,
): Promise<void> {
  const sessions = await shownSessions(signInSessions, ending.person.identity, clock.now());
  const found = sessions.find((each) => each.id === id);
  if (found === undefined) throw new BrokerError('request.not_found');
  await signInSessions.revoke(found.session.idHash, revocation(ending, clock.now()));
}

export async function endAllSessions(
  { signInSessions, clock }: EndingDependencies,
  ending: Ending,
): Promise<void> {
  const { connectorId, subject } = ending.person.identity;
  await signInSessions.revokeWhere({ connectorId, subject }, [], revocation(ending, clock.now()));
}

/** @throws BrokerError `request.not_found`, also where it is somebody else's */
export async function endAuthorization(
  { authorizations, clock }: EndingDependencies,
  ending: Ending,
  id: string,
): Promise<void> {
  const own = await listAuthorizations(authorizations, ending.person.identity, clock.now());
  const found = own.find((each) => each.id === id);
  if (found === undefined) throw new BrokerError('request.not_found');
  const detail = { kind: found.kind, authorization: id, label: found.label, cause: 'administrator' };
  const event = personEvent('access-token.revoked', { ...ending, at: clock.now(), detail });
  await authorizations.revoke(id, event);
}

function revocation(ending: Ending, at: Date): AuditEvent {
  const connector = ending.person.identity.connectorId;
  const detail = { connector, cause: 'administrator', sessions: 1 };
  return personEvent('session.revoked', { ...ending, at, detail });
}

interface Told extends Ending {
  readonly at: Date;
  readonly detail: Readonly<Record<string, JsonValue>>;
}

/** Who did it, and to whom. */
export function personEvent(
  name: AuditEventName,
  { asker: { principal, origin }, person, at, detail }: Told,
): AuditEvent {
  const whom = personId(person.identity);
  return { name, at, principal: principalId(principal), origin, detail: { person: whom, ...detail } };
}
