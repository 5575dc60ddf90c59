import { BrokerError } from '../core/errors.ts';
import type { OneTimeValue, SignInSession, SignInSessionStore } from '../core/ports/stores.ts';
import type { Identity } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Sealer } from '../lib/seal.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { auditEntry } from './write-unit.ts';
import type { Statement } from './write-unit.ts';

export function createSignInSessionStore(database: Database, sealer: Sealer): SignInSessionStore {
  const live = liveSession(database);
  return {
    async create({ session, flowId, spend, event }) {
      const statements = [
        endFlow(database, flowId, event.at),
        ...spend.map((value) => spendOnce(database, value)),
        insertSession(database, sealer, session),
      ];
      const result = await database.write(statements, [auditEntry(event)]);
      if (result.status !== 'committed') throw new BrokerError('sign_in.replayed');
    },
    async find(idHash, now) {
      const [row] = await live(idHash, now.getTime(), now.getTime());
      return row === undefined ? undefined : sessionOf(row, sealer);
    },
    async touch(idHash, seenAt, idleExpiresAt) {
      await database.write([touchLive(database, idHash, { seenAt, idleExpiresAt })]);
    },
    async revoke(idHash, event) {
      const update = database.build
        .updateTable('sign_in_sessions')
        .set({ revoked_at: event.at.getTime(), id_token: null })
        .where('id_hash', '=', idHash)
        .where('revoked_at', 'is', null);
      // Nothing is recorded of a session that is not there or was revoked before: nothing happened to it.
      await database.write([statement(update, 1)], [auditEntry(event)]);
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

function endFlow(database: Database, flowId: string, now: Date): Statement {
  const remove = database.build
    .deleteFrom('sign_in_flows')
    .where('id_hash', '=', sha256Hex(flowId))
    .where('expires_at', '>', now.getTime());
  return statement(remove, 1);
}

function spendOnce(database: Database, { scope, value, expiresAt }: OneTimeValue): Statement {
  return statement(
    database.build.insertInto('one_time_values').values({
      value_hash: sha256Hex(JSON.stringify([scope, value])),
      expires_at: expiresAt.getTime(),
    }),
  );
}

function insertSession(database: Database, sealer: Sealer, session: SignInSession): Statement {
  const { idHash, identity, idToken } = session;
  return statement(
    database.build.insertInto('sign_in_sessions').values({
      id_hash: idHash,
      connector_id: identity.connectorId,
      subject_hash: sha256Hex(identity.subject),
      identity: JSON.stringify({ ...identity, attributes: [...identity.attributes] }),
      created_at: session.createdAt.getTime(),
      seen_at: session.seenAt.getTime(),
      idle_expires_at: session.idleExpiresAt.getTime(),
      absolute_expires_at: session.absoluteExpiresAt.getTime(),
      authenticated_at: session.authenticatedAt.getTime(),
      revoked_at: null,
      id_token: idToken === undefined ? null : sealer.seal(idToken, sealContext(idHash)),
    }),
  );
}

/** Only a live session moves, and only forward: two requests at once may be written in either order. */
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

type SessionRow = Awaited<ReturnType<ReturnType<typeof liveSession>>>[number];

function sessionOf(row: SessionRow, sealer: Sealer): SignInSession {
  return {
    idHash: row.id_hash,
    identity: identityOf(row.identity),
    createdAt: new Date(row.created_at),
    seenAt: new Date(row.seen_at),
    idleExpiresAt: new Date(row.idle_expires_at),
    absoluteExpiresAt: new Date(row.absolute_expires_at),
    authenticatedAt: new Date(row.authenticated_at),
    ...(row.id_token === null ? {} : { idToken: sealer.open(row.id_token, sealContext(row.id_hash)) }),
  };
}

function identityOf(text: string): Identity {
  const kept = JSON.parse(text) as Omit<Identity, 'attributes'> & {
    readonly attributes: readonly (readonly [string, readonly string[]])[];
  };
  return { ...kept, attributes: new Map(kept.attributes) };
}

function sealContext(idHash: string): string {
  return `sign_in_sessions/id_token/${idHash}`;
}
