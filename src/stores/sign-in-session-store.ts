import { BrokerError } from '../core/errors.ts';
import { MAXIMUM_LISTED_SESSIONS, type SignInSessionStore } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Sealer } from '../lib/seal.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { endSignInSessions } from './end-sign-in-sessions.ts';
import { spendOnce } from './one-time-values.ts';
import { keepPerson, renewPerson } from './people-store.ts';
import { confirmedColumns, listedSessionOf, rowOf, sessionOf } from './sign-in-session-row.ts';
import { auditEntry } from './write-unit.ts';
import type { Statement } from './write-unit.ts';

export function createSignInSessionStore(database: Database, sealer: Sealer): SignInSessionStore {
  const live = liveSession(database);
  const standing = standingSession(database);
  return {
    async create({ session, flowId, spend, event }) {
      const statements = [
        ...(flowId === undefined ? [] : [endFlow(database, flowId, event.at)]),
        ...spend.map((value) => spendOnce(database, value)),
        database.templates.fill('begin-session', { ...rowOf(session, sealer) }, (build, values) =>
          build.insertInto('sign_in_sessions').values(values),
        ),
        keepPerson(database, session),
      ];
      const result = await database.write(statements, [auditEntry(event)]);
      const isDisabled = result.status === 'unmet' && result.statement === statements.length - 1;
      if (isDisabled) throw new BrokerError('sign_in.disabled');
      if (result.status !== 'committed') throw new BrokerError('sign_in.replayed');
    },
    async find(idHash, now) {
      const [row] = await live(idHash, now.getTime(), now.getTime());
      return row === undefined ? undefined : sessionOf(row, sealer);
    },
    async findStanding(idHash, now) {
      const [row] = await standing(idHash, now.getTime());
      return row === undefined ? undefined : sessionOf(row, sealer);
    },
    listOf: listSessions(database),
    ...changesOf(database, sealer),
    ...endSignInSessions(database),
  };
}

function listSessions(database: Database): SignInSessionStore['listOf'] {
  return async ({ connectorId, subject }, now) => {
    const rows = await database.read((db) =>
      db
        .selectFrom('sign_in_sessions')
        .selectAll()
        .where('connector_id', '=', connectorId)
        .where('subject_hash', '=', sha256Hex(subject))
        .where('revoked_at', 'is', null)
        .where('idle_expires_at', '>', now.getTime())
        .where('absolute_expires_at', '>', now.getTime())
        .orderBy('created_at', 'desc')
        .orderBy('id_hash')
        .limit(MAXIMUM_LISTED_SESSIONS)
        .execute(),
    );
    return rows.map(listedSessionOf);
  };
}

/** Only of sessions that stand: none of these brings back a revoked one. */
function changesOf(
  database: Database,
  sealer: Sealer,
): Pick<SignInSessionStore, 'touch' | 'claimConfirmation' | 'confirm'> {
  return {
    async touch(idHash, seenAt, idleExpiresAt) {
      await database.write([touchLive(database, idHash, { seenAt, idleExpiresAt })]);
    },
    async claimConfirmation(idHash, { confirmedBefore, countsAs }) {
      const update = database.build
        .updateTable('sign_in_sessions')
        .set({ confirmed_at: countsAs.getTime() })
        .where('id_hash', '=', idHash)
        .where('revoked_at', 'is', null)
        .where('confirmed_at', '<', confirmedBefore.getTime());
      return (await database.write([statement(update, 1)])).status === 'committed';
    },
    async confirm(idHash, { confirmedAt, ...confirmed }, event) {
      const update = database.build
        .updateTable('sign_in_sessions')
        .set({
          ...confirmedColumns({ idHash, ...confirmed }, sealer),
          confirmed_at: confirmedAt.getTime(),
        })
        .where('id_hash', '=', idHash)
        .where('revoked_at', 'is', null);
      const statements = [statement(update, 1), renewPerson(database, confirmed.identity)];
      const audit = event === undefined ? [] : [auditEntry(event)];
      return (await database.write(statements, audit)).status === 'committed';
    },
  };
}

function liveSession(database: Database) {
  return database.prepare(
    'live-sign-in-session',
    database.build
      .selectFrom('sign_in_sessions')
      .selectAll()
      .where('id_hash', '=', '')
      .where('idle_expires_at', '>', 0)
      .where('absolute_expires_at', '>', 0)
      .where('revoked_at', 'is', null)
      .compile(),
  );
}

function standingSession(database: Database) {
  return database.prepare(
    'standing-sign-in-session',
    database.build
      .selectFrom('sign_in_sessions')
      .selectAll()
      .where('id_hash', '=', '')
      .where('absolute_expires_at', '>', 0)
      .where('revoked_at', 'is', null)
      .compile(),
  );
}

function endFlow(database: Database, flowId: string, now: Date): Statement {
  const live = { idHash: sha256Hex(flowId), now: now.getTime() };
  const remove = database.templates.fill('end-flow', live, (build, values) =>
    build
      .deleteFrom('sign_in_flows')
      .where('id_hash', '=', values.idHash)
      .where('expires_at', '>', values.now),
  );
  return { ...remove, expectRows: 1 };
}

/** Only forward: two requests at once may be written in either order. */
function touchLive(
  database: Database,
  idHash: string,
  to: { readonly seenAt: Date; readonly idleExpiresAt: Date },
): Statement {
  const now = to.seenAt.getTime();
  return statement(
    database.build
      .updateTable('sign_in_sessions')
      .set({ seen_at: now, idle_expires_at: to.idleExpiresAt.getTime() })
      .where('id_hash', '=', idHash)
      .where('revoked_at', 'is', null)
      .where('idle_expires_at', '>', now)
      .where('absolute_expires_at', '>', now)
      .where('seen_at', '<', now),
  );
}
