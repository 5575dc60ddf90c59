/** How sign-in sessions end before their time: one, or all that fit. What is sealed in them goes at once. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { AuditEvent } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { OneTimeValue, SessionSelector, SignInSessionStore } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import { statement } from './database.ts';
import type { Database, WriteResult } from './database.ts';
import { spendOnce } from './one-time-values.ts';
import type { Schema } from './schema.ts';
import { auditEntry } from './write-unit.ts';

type Endings = Pick<SignInSessionStore, 'revoke' | 'revokeWhere'>;

/** Sessions of one person may begin and end while we count them, but not for long. */
const ATTEMPTS = 10;

export function endSignInSessions(database: Database): Endings {
  return {
    async revoke(idHash, event) {
      const update = database.build
        .updateTable('sign_in_sessions')
        .set(revokedAt(event.at))
        .where('id_hash', '=', idHash)
        .where('revoked_at', 'is', null);
      // Nothing is recorded of a session that is not there or was revoked before: nothing happened to it.
      await database.write([statement(update, 1)], [auditEntry(event)]);
    },

    async revokeWhere(selector, spend, event) {
      const ending = { fits: liveAndFitting(selector, event.at), spend, event };
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const sessions = await count(database, ending.fits);
        const result = await revokeExactly(database, sessions, ending);
        if (result.status === 'duplicate') throw new BrokerError('sign_in.replayed');
        if (result.status === 'committed') return sessions;
      }
      throw new BrokerError('store.unavailable', { detail: 'the sessions to revoke change all the time' });
    },
  };
}

type Sessions = ExpressionBuilder<Schema, 'sign_in_sessions'>;
type Fits = (sessions: Sessions) => Expression<SqlBool>;

interface Ending {
  readonly fits: Fits;
  readonly spend: readonly OneTimeValue[];
  readonly event: AuditEvent;
}

/**
 * The record tells how many, and is committed with what it tells of: so they are counted first, and the unit
 * is undone where there are more or fewer by then.
 */
function revokeExactly(
  database: Database,
  sessions: number,
  { fits, spend, event }: Ending,
): Promise<WriteResult> {
  const update = database.build.updateTable('sign_in_sessions').set(revokedAt(event.at)).where(fits);
  const told = { ...event, detail: { ...event.detail, sessions } };
  return database.write(
    [...spend.map((value) => spendOnce(database, value)), statement(update, sessions)],
    [auditEntry(told)],
  );
}

async function count(database: Database, fits: Fits): Promise<number> {
  const { sessions } = await database.read((db) =>
    db
      .selectFrom('sign_in_sessions')
      .select((query) => query.fn.countAll().as('sessions'))
      .where(fits)
      .executeTakeFirstOrThrow(),
  );
  return Number(sessions);
}

function liveAndFitting(selector: SessionSelector, now: Date): Fits {
  const { connectorId, subject, providerSession, exceptIdHash } = selector;
  if (subject === undefined && providerSession === undefined) {
    throw new TypeError('Sessions are ended of somebody or of a provider’s session, never of everybody.');
  }
  return (sessions) =>
    sessions.and([
      sessions('connector_id', '=', connectorId),
      sessions('revoked_at', 'is', null),
      // However idle its browser is: what was allowed in it may still be in use.
      sessions('absolute_expires_at', '>', now.getTime()),
      ...(subject === undefined ? [] : [sessions('subject_hash', '=', sha256Hex(subject))]),
      ...(providerSession === undefined ? [] : [namedBy(providerSession, subject)(sessions)]),
      ...(exceptIdHash === undefined ? [] : [sessions('id_hash', '!=', exceptIdHash)]),
    ]);
}

/**
 * A session that came without a name may be any of its person's: where the provider ends one of that person's, it may
 * be this one, and one sign-in too many costs less than a session that its provider believes to be over.
 */
function namedBy(providerSession: string, subject: string | undefined): Fits {
  return (sessions) => {
    const named = sessions('provider_session_hash', '=', sha256Hex(providerSession));
    return subject === undefined
      ? named
      : sessions.or([named, sessions('provider_session_hash', 'is', null)]);
  };
}

export function revokedAt(
  now: Date,
): Pick<Schema['sign_in_sessions'], 'revoked_at' | 'id_token' | 'connector_state'> {
  return { revoked_at: now.getTime(), id_token: null, connector_state: null };
}
