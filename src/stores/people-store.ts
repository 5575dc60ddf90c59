import { sql, type Selectable, type SqlBool } from 'kysely';
import {
  MAXIMUM_LISTED_PEOPLE,
  type KnownPerson,
  type LastSignIn,
  type PeopleStore,
} from '../core/ports/people.ts';
import type { SignInSession } from '../core/ports/stores.ts';
import type { Identity } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { disablePeople, disablingOf } from './disable-people.ts';
import { identityOf, identityText, searchTextOf } from './person-text.ts';
import type { Schema } from './schema.ts';
import type { Statement } from './write-unit.ts';

export function createPeopleStore(database: Database): PeopleStore {
  const find = (connectorId: string, subjectHash: string): Promise<KnownPerson | undefined> =>
    database
      .read((db) =>
        db
          .selectFrom('people')
          .selectAll()
          .where('connector_id', '=', connectorId)
          .where('subject_hash', '=', subjectHash)
          .executeTakeFirst(),
      )
      .then((row) => (row === undefined ? undefined : knownPersonOf(row)));
  return {
    find: ({ connectorId, subject }) => find(connectorId, sha256Hex(subject)),
    async findById(id) {
      const key = keyIn(id);
      return key === undefined ? undefined : find(...key);
    },
    async *pages() {
      for (let last: PageRow | undefined; ;) {
        const rows = await pageAfter(database, last);
        if (rows.length > 0) yield rows.map(lastSignInOf);
        if (rows.length < PAGE) return;
        last = rows.at(-1);
      }
    },
    list: (wish) => listNewest(database, wish),
    async refuse({ connectorId, subject }, at) {
      const update = database.build
        .updateTable('people')
        .set({ refused_at: at.getTime() })
        .where('connector_id', '=', connectorId)
        .where('subject_hash', '=', sha256Hex(subject));
      await database.write([statement(update)]);
    },
    ...disablePeople(database),
  };
}

type PersonRow = Selectable<Schema['people']>;

const PAGE = 500;

/** As few columns as do: reading a text costs as much as understanding it. */
const PAGE_COLUMNS = ['connector_id', 'subject_hash', 'identity', 'signed_in_at'] as const;
type PageRow = Pick<PersonRow, (typeof PAGE_COLUMNS)[number]>;

function pageAfter(database: Database, last: PageRow | undefined): Promise<PageRow[]> {
  return database.read((db) =>
    db
      .selectFrom('people')
      .select(PAGE_COLUMNS)
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

async function listNewest(
  database: Database,
  { text = '', after, connectorId: wanted }: Parameters<PeopleStore['list']>[0],
): Promise<KnownPerson[]> {
  const [connectorId = '', subjectHash = ''] = keyIn(after?.id ?? '') ?? [];
  // A backslash before what LIKE would take for a wildcard.
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, String.raw`\$&`)}%`;
  const rows = await database.read((db) =>
    db
      .selectFrom('people')
      .selectAll()
      .$if(wanted !== undefined, (query) => query.where('connector_id', '=', wanted ?? ''))
      .$if(text !== '', (query) => query.where(sql<SqlBool>`search_text like ${pattern} escape '\\'`))
      .$if(after !== undefined, (query) =>
        query.where((where) =>
          where(
            where.refTuple('signed_in_at', 'connector_id', 'subject_hash'),
            '<',
            where.tuple(after?.signedInAt.getTime() ?? 0, connectorId, subjectHash),
          ),
        ),
      )
      .orderBy('signed_in_at', 'desc')
      .orderBy('connector_id', 'desc')
      .orderBy('subject_hash', 'desc')
      .limit(MAXIMUM_LISTED_PEOPLE)
      .execute(),
  );
  return rows.map(knownPersonOf);
}

/** Connector ids hold no point. */
function idOf(row: Pick<PersonRow, 'connector_id' | 'subject_hash'>): string {
  return `${row.connector_id}.${row.subject_hash}`;
}

function keyIn(id: string): [connectorId: string, subjectHash: string] | undefined {
  const [, connectorId, subjectHash] = /^([a-z0-9-]{1,63})\.([0-9a-f]{64})$/.exec(id) ?? [];
  return connectorId === undefined || subjectHash === undefined ? undefined : [connectorId, subjectHash];
}

function lastSignInOf(row: PageRow): LastSignIn {
  return { identity: identityOf(row.identity), signedInAt: new Date(row.signed_in_at) };
}

function knownPersonOf(row: PersonRow): KnownPerson {
  const contexts = row.contexts === null ? [] : (JSON.parse(row.contexts) as string[]);
  return {
    id: idOf(row),
    person: {
      identity: identityOf(row.identity),
      authentication: { at: new Date(row.authenticated_at), contexts },
    },
    signedInAt: new Date(row.signed_in_at),
    ...(row.refused_at === null ? {} : { refusedAt: new Date(row.refused_at) }),
    ...(row.disabled === null ? {} : { disabled: disablingOf(row.disabled) }),
  };
}

/** The person as this sign-in says, in place of what the last one said; nothing of whoever is disabled. */
export function keepPerson(
  database: Database,
  { identity, authentication, createdAt }: Pick<SignInSession, 'identity' | 'authentication' | 'createdAt'>,
): Statement {
  const now = {
    ...identityColumns(identity),
    authenticated_at: authentication.at.getTime(),
    contexts: JSON.stringify(authentication.contexts),
    signed_in_at: createdAt.getTime(),
    refused_at: null,
  };
  const { connectorId, subject } = identity;
  const row = { connector_id: connectorId, subject_hash: sha256Hex(subject), ...now };
  const insert = database.templates.fill(
    'keep-person',
    row,
    (build, { connector_id, subject_hash, ...rest }) =>
      build
        .insertInto('people')
        .values({ connector_id, subject_hash, ...rest, disabled: null })
        .onConflict((conflict) =>
          conflict
            .columns(['connector_id', 'subject_hash'])
            .doUpdateSet(rest)
            .where('people.disabled', 'is', null),
        ),
  );
  return { ...insert, expectRows: 1 };
}

/** What the provider says anew of somebody who has not signed in since. */
export function renewPerson(database: Database, identity: Identity): Statement {
  const update = database.build
    .updateTable('people')
    .set(identityColumns(identity))
    .where('connector_id', '=', identity.connectorId)
    .where('subject_hash', '=', sha256Hex(identity.subject));
  return statement(update);
}

function identityColumns(identity: Identity): Pick<PersonRow, 'identity' | 'search_text'> {
  const text = identityText(identity);
  return { identity: text, search_text: searchTextOf(text) };
}
