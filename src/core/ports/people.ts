/** People as they last signed in: who they are where no session says it. */
import type { AuditEvent } from '../audit-event.ts';
import type { Identity, PersonKey, SignedInPerson, Standing } from '../principal.ts';

export interface KnownPerson {
  /** Names them in addresses; who they are cannot be read from it. */
  readonly id: string;
  readonly person: SignedInPerson;
  readonly signedInAt: Date;
  /** When their identity provider last refused to confirm them; gone with their next sign-in. */
  readonly refusedAt?: Date;
  readonly disabled?: Disabling;
}

export interface Disabling {
  readonly at: Date;
  /** `principalId()` of the administrator. */
  readonly by: string;
  /** In their own words. */
  readonly reason: string;
}

/** What an administrator does to somebody, with what must still hold of the administrator in the same transaction. */
export interface PersonChange {
  readonly standing: Standing;
  readonly event: AuditEvent;
}

/** What mappings look at, of everybody at once. */
export interface LastSignIn {
  readonly identity: Identity;
  readonly signedInAt: Date;
}

/** Written with each sign-in session, by `SignInSessionStore`. @throws BrokerError `store.unavailable` */
export interface PeopleStore {
  find(person: PersonKey): Promise<KnownPerson | undefined>;
  findById(id: string): Promise<KnownPerson | undefined>;
  /** Everybody, in pages, so that what is held at once stays bounded; who signs in meanwhile may be missed. */
  pages(): AsyncIterable<readonly LastSignIn[]>;
  /**
   * Who signed in last comes first; `MAXIMUM_LISTED_PEOPLE` of them.
   *
   * @param wish.connectorId whose people.
   * @param wish.text what subject, name or e-mail address contain, in any case.
   * @param wish.after the last of the page before.
   */
  list(wish: {
    readonly connectorId?: string;
    readonly text?: string;
    readonly after?: Pick<KnownPerson, 'id' | 'signedInAt'>;
  }): Promise<readonly KnownPerson[]>;
  /** Nothing acts in their name without a session, until they sign in again. */
  refuse(person: PersonKey, at: Date): Promise<void>;
  /**
   * Ends all that acts for them, and lets them in no more. Nothing happens to who is disabled already.
   *
   * @returns whether it changed anything. @throws BrokerError `session.ended`, `token.invalid`
   */
  disable(person: PersonKey, disabling: Disabling, change: PersonChange): Promise<boolean>;
  /** They may sign in again; what was ended stays so. @returns and throws as `disable` does */
  enable(person: PersonKey, change: PersonChange): Promise<boolean>;
}

export const MAXIMUM_LISTED_PEOPLE = 100;
