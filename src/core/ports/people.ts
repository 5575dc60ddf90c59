/** People as they last signed in: who they are where no session says it. */
import type { PersonKey, SignedInPerson } from '../principal.ts';

export interface KnownPerson {
  readonly person: SignedInPerson;
  readonly signedInAt: Date;
  /** When their identity provider last refused to confirm them; gone with their next sign-in. */
  readonly refusedAt?: Date;
}

/** Written with each sign-in session, by `SignInSessionStore`. @throws BrokerError `store.unavailable` */
export interface PeopleStore {
  find(person: PersonKey): Promise<KnownPerson | undefined>;
  /** Everybody, in pages, so that what is held at once stays bounded; who signs in meanwhile may be missed. */
  pages(): AsyncIterable<readonly KnownPerson[]>;
  /** Nothing acts in their name without a session, until they sign in again. */
  refuse(person: PersonKey, at: Date): Promise<void>;
}
