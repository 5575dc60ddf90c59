/** People as administrators see them, and the end of what acts for them. */
import type { AuditEventName } from '../core/audit-event.ts';
import { whatForbidsEnding } from '../core/authority.ts';
import { listEntitlements, type Entitlement } from '../core/entitlements.ts';
import { BrokerError } from '../core/errors.ts';
import type { Authorization, AuthorizationStore } from '../core/ports/authorizations.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { KnownPerson, PeopleStore, PersonChange } from '../core/ports/people.ts';
import type { SignInSessionStore } from '../core/ports/stores.ts';
import { personId, principalId, type Standing, type UserPrincipal } from '../core/principal.ts';
import type { Administrators, Asker } from './administrators.ts';
import { endAllSessions, endAuthorization, endSession, personEvent } from './end-what-acts.ts';
import { byAccountThenRole } from './list-entitlements.ts';
import { listAuthorizations } from './own-authorizations.ts';
import { shownSessions, type ShownSession } from './own-sessions.ts';
import { pageOfPeople, placeIn, type PeoplePage } from './page-of-people.ts';

export interface PersonInFull {
  readonly known: KnownPerson;
  /** By the catalogue as it is, for the person as they last signed in; sorted by account and role. */
  readonly entitlements: readonly Entitlement[];
  readonly sessions: readonly ShownSession[];
  readonly authorizations: readonly Authorization[];
  /** Why this administrator may end nothing of it. */
  readonly refusal?: string;
}

/**
 * Every verb throws BrokerError `administration.forbidden` for whoever may not do it, and `request.not_found` for a
 * person, a session or a token that is not there or is another person's.
 */
export interface PeopleAdministration {
  /** Who signed in last comes first. @throws BrokerError `request.malformed` for a cursor that is none of ours */
  list(asker: Asker, wish: { readonly text?: string; readonly cursor?: string }): Promise<PeoplePage>;
  read(asker: Asker, id: string): Promise<PersonInFull>;
  /** Ends all that acts for them, and lets them in no more. Nothing happens to who is disabled already. */
  disable(asker: Asker, id: string, reason: string): Promise<void>;
  enable(asker: Asker, id: string, reason: string): Promise<void>;
  endSession(asker: Asker, id: string, sessionId: string): Promise<void>;
  endAllSessions(asker: Asker, id: string): Promise<void>;
  endAuthorization(asker: Asker, id: string, authorizationId: string): Promise<void>;
}

export interface PeopleAdministrationDependencies {
  readonly administrators: Administrators;
  readonly people: PeopleStore;
  readonly signInSessions: SignInSessionStore;
  readonly authorizations: AuthorizationStore;
  readonly clock: Clock;
}

export function createPeopleAdministration(
  dependencies: PeopleAdministrationDependencies,
): PeopleAdministration {
  return { ...seeing(dependencies), ...switching(dependencies), ...ending(dependencies) };
}

function seeing({
  administrators,
  people,
  signInSessions,
  authorizations,
  clock,
}: PeopleAdministrationDependencies): Pick<PeopleAdministration, 'list' | 'read'> {
  return {
    async list(asker, { text = '', cursor }) {
      await administrators.admit(asker);
      const after = cursor === undefined ? {} : { after: placeIn(cursor) };
      return pageOfPeople(await people.list({ text, ...after }));
    },
    async read(asker, id) {
      const { authority, current } = await administrators.admit(asker);
      const known = await find(people, id);
      const { identity } = known.person;
      const refusal = whatForbidsEnding(authority);
      const [sessions, tokens] = await Promise.all([
        shownSessions(signInSessions, identity, clock.now()),
        listAuthorizations(authorizations, identity, clock.now()),
      ]);
      const entitlements = listEntitlements(current.compiled, principalOf(known.person));
      return {
        known,
        entitlements: entitlements.toSorted(byAccountThenRole),
        sessions,
        authorizations: tokens,
        ...(refusal === undefined ? {} : { refusal }),
      };
    },
  };
}

/** @throws BrokerError `administration.forbidden`, `request.not_found` */
async function admitToEnd(
  { administrators, people }: PeopleAdministrationDependencies,
  asker: Asker,
  id: string,
): Promise<KnownPerson> {
  const { authority } = await administrators.admit(asker);
  const refusal = whatForbidsEnding(authority);
  return refusal === undefined ? find(people, id) : administrators.refuse(asker, refusal);
}

function switching(
  dependencies: PeopleAdministrationDependencies,
): Pick<PeopleAdministration, 'disable' | 'enable'> {
  const { administrators, people, clock } = dependencies;
  /** The record of it, and the administrator's standing, which must last until it is written. */
  function told(asker: Asker, name: AuditEventName, { person }: KnownPerson, reason: string): PersonChange {
    const event = personEvent(name, { asker, person, at: clock.now(), detail: { reason } });
    return { standing: asker.principal.standing, event };
  }
  return {
    async disable(asker, id, reason) {
      const known = await admitToEnd(dependencies, asker, id);
      const { identity } = known.person;
      const by = principalId(asker.principal);
      // Whoever does it is left to mend it.
      if (by === personId(identity)) await administrators.refuse(asker, 'You may not disable yourself.');
      const change = told(asker, 'person.disabled', known, reason);
      await people.disable(identity, { at: change.event.at, by, reason }, change);
    },
    async enable(asker, id, reason) {
      const known = await admitToEnd(dependencies, asker, id);
      await people.enable(known.person.identity, told(asker, 'person.enabled', known, reason));
    },
  };
}

function ending(
  dependencies: PeopleAdministrationDependencies,
): Omit<PeopleAdministration, 'list' | 'read' | 'disable' | 'enable'> {
  return {
    async endSession(asker, id, sessionId) {
      const { person } = await admitToEnd(dependencies, asker, id);
      await endSession(dependencies, { asker, person }, sessionId);
    },
    async endAllSessions(asker, id) {
      const { person } = await admitToEnd(dependencies, asker, id);
      await endAllSessions(dependencies, { asker, person });
    },
    async endAuthorization(asker, id, authorizationId) {
      const { person } = await admitToEnd(dependencies, asker, id);
      await endAuthorization(dependencies, { asker, person }, authorizationId);
    },
  };
}

async function find(people: PeopleStore, id: string): Promise<KnownPerson> {
  const known = await people.findById(id);
  if (known === undefined) throw new BrokerError('request.not_found');
  return known;
}

/** Nothing that acts is ever made of it. */
const NO_STANDING: Standing = { kind: 'sign-in-session', idHash: '' };

export function principalOf(person: KnownPerson['person']): UserPrincipal {
  return { kind: 'user', ...person, standing: NO_STANDING };
}
