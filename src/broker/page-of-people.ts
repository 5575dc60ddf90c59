/** A part of a long list of people. A cursor names a place between them, and nobody. */
import { BrokerError } from '../core/errors.ts';
import { MAXIMUM_LISTED_PEOPLE, type KnownPerson } from '../core/ports/people.ts';

export interface PeoplePage {
  readonly people: readonly KnownPerson[];
  /** Asks for the next page; absent on the last. */
  readonly nextCursor?: string;
}

type Place = Pick<KnownPerson, 'id' | 'signedInAt'>;

export function pageOfPeople(people: readonly KnownPerson[]): PeoplePage {
  const last = people.length < MAXIMUM_LISTED_PEOPLE ? undefined : people.at(-1);
  return { people, ...(last === undefined ? {} : { nextCursor: cursorAfter(last) }) };
}

function cursorAfter({ signedInAt, id }: Place): string {
  return Buffer.from(`${signedInAt.getTime()} ${id}`).toString('base64url');
}

/** @throws BrokerError `request.malformed` for a cursor that is none of ours */
export function placeIn(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, time, id] = /^([0-9]{1,15}) ([a-z0-9-]{1,63}\.[0-9a-f]{64})$/.exec(text) ?? [];
  if (time === undefined || id === undefined)
    throw new BrokerError('request.malformed', { hint: 'cursor: not one that was given out.' });
  return { signedInAt: new Date(Number(time)), id };
}
