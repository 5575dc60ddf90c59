import type { Selectable } from 'kysely';
import type { KnownPerson, PeopleStore } from '../core/ports/people.ts';
import type { SignInSession } from '../core/ports/stores.ts';
import type { Identity } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { identityOf, identityText } from './person-text.ts';
import type { Schema } from './schema.ts';
import type { Statement } from './write-unit.ts';

export function createPeopleStore(database: Database): PeopleStore {
  return {
    async find({ connectorId, subject }) {
      const row = await database.read((db) =>
        db
          .selectFrom('people')
          .selectAll()
          .where('connector_id', '=', connectorId)
          .where('subject_hash', '=', sha256Hex(subject))
          .executeTakeFirst(),
      );
      return row === undefined ? undefined : knownPersonOf(row);
    },
    async *pages() {
      for (let last: PersonRow | undefined; ;) {
        const rows = await pageAfter(database, last);
        if (rows.length > 0) yield rows.map(knownPersonOf);
        if (rows.length < PAGE) return;
        last = rows.at(-1);
      }
    },
    async refuse({ connectorId, subject }, at) {
      const update = database.build
        .updateTable('people')
        .set({ refused_at: at.getTime() })
        .where('connector_id', '=', connectorId)
        .where('subject_hash', '=', sha256Hex(subject));
      await database.write([statement(update)]);
    },
  };
}

type PersonRow = Selectable<Schema['people']>;

const PAGE = 500;

function pageAfter(database: Database, last: PersonRow | undefined): Promise<PersonRow[]> {
  return database.read((db) =>
    db
      .selectFrom('people')
      .selectAll()
      .$if(last !== undefined, (query) =>
        query.where((where) =>
          where(
            where.refTuple('connector_id', 'subject_hash'),
            '>',
            where.tuple(last?.connector_id ?? '', last?.subject_hash ?? ''),
          ),
        ),
      )
      .orderBy('connector_id')
      .orderBy('subject_hash')
      .limit(PAGE)
      .execute(),
  );
}

function knownPersonOf(row: PersonRow): KnownPerson {
  const contexts = row.contexts === null ? [] : (JSON.parse(row.contexts) as string[]);
  return {
    person: {
      identity: identityOf(row.identity),
      authentication: { at: new Date(row.authenticated_at), contexts },
    },
    signedInAt: new Date(row.signed_in_at),
    ...(row.refused_at === null ? {} : { refusedAt: new Date(row.refused_at) }),
  };
}

/** The person as this sign-in says, in place of what the last one said. */
export function keepPerson(
  database: Database,
  { identity, authentication, createdAt }: Pick<SignInSession, 'identity' | 'authentication' | 'createdAt'>,
): Statement {
  const now = {
    identity: identityText(identity),
    authenticated_at: authentication.at.getTime(),
    contexts: JSON.stringify(authentication.contexts),
    signed_in_at: createdAt.getTime(),
    refused_at: null,
  };
  const { connectorId, subject } = identity;
  const insert = database.build
    .insertInto('people')
    .values({ connector_id: connectorId, subject_hash: sha256Hex(subject), ...now })
    .onConflict((conflict) => conflict.columns(['connector_id', 'subject_hash']).doUpdateSet(now));
  return statement(insert);
}

/** What the provider says anew of somebody who has not signed in since. */
export function renewPerson(database: Database, identity: Identity): Statement {
  const update = database.build
    .updateTable('people')
    .set({ identity: identityText(identity) })
    .where('connector_id', '=', identity.connectorId)
    .where('subject_hash', '=', sha256Hex(identity.subject));
  return statement(update);
}
