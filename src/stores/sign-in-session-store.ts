import { BrokerError } from '../core/errors.ts';
import type {
  OneTimeValue,
  SessionSelector,
  SignInSession,
  SignInSessionStore,
} from '../core/ports/stores.ts';
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
        ...(flowId === undefined ? [] : [endFlow(database, flowId, event.at)]),
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
    async listOf({ connectorId, subject }, now) {
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
          .limit(MAXIMUM_LISTED)
          .execute(),
      );
      return rows.map((row) => sessionOf(row, sealer));
    },
    ...changesOf(database, sealer),
    ...endingsOf(database),
  };
}

function changesOf(
  database: Database,
  sealer: Sealer,
): Pick<SignInSessionStore, 'touch' | 'claimConfirmation' | 'confirm'> {
  return {
    async touch(idHash, seenAt, idleExpiresAt) {
      await database.write([touchLive(database, idHash, { seenAt, idleExpiresAt })]);
    },
    async claimConfirmation(idHash, confirmedBefore, now) {
      const update = database.build
        .updateTable('sign_in_sessions')
        .set({ confirmed_at: now.getTime() })
        .where('id_hash', '=', idHash)
        .where('revoked_at', 'is', null)
        .where('confirmed_at', '<', confirmedBefore.getTime());
      return (await database.write([statement(update, 1)])).status === 'committed';
    },
    async confirm(idHash, { identity, idToken, connectorState }, event) {
      const update = database.build
        .updateTable('sign_in_sessions')
        .set({
          identity: identityText(identity),
          ...sealedColumns(sealer, { idHash, idToken, connectorState }),
        })
        .where('id_hash', '=', idHash)
        .where('revoked_at', 'is', null);
      await database.write([statement(update, 1)], event === undefined ? [] : [auditEntry(event)]);
    },
  };
}

function endingsOf(database: Database): Pick<SignInSessionStore, 'revoke' | 'revokeWhere'> {
  return {
    async revoke(idHash, event) {
      const update = database.build
        .updateTable('sign_in_sessions')
        .set({ revoked_at: event.at.getTime(), id_token: null, connector_state: null })
        .where('id_hash', '=', idHash)
        .where('revoked_at', 'is', null);
      // Nothing is recorded of a session that is not there or was revoked before: nothing happened to it.
      await database.write([statement(update, 1)], [auditEntry(event)]);
    },
    async revokeWhere(selector, spend, event) {
      const statements = [
        ...spend.map((value) => spendOnce(database, value)),
        revokeMatching(database, selector, event.at),
      ];
      const result = await database.write(statements, [auditEntry(event)]);
      if (result.status !== 'committed') throw new BrokerError('sign_in.replayed');
      return result.rows - spend.length;
    },
  };
}

/** More sessions than a person can tell apart. */
const MAXIMUM_LISTED = 100;

function revokeMatching(database: Database, selector: SessionSelector, now: Date): Statement {
  const { connectorId, subject, providerSession, exceptIdHash } = selector;
  let update = database.build
    .updateTable('sign_in_sessions')
    .set({ revoked_at: now.getTime(), id_token: null, connector_state: null })
    .where('connector_id', '=', connectorId)
    .where('revoked_at', 'is', null)
    .where('idle_expires_at', '>', now.getTime())
    .where('absolute_expires_at', '>', now.getTime());
  if (subject !== undefined) update = update.where('subject_hash', '=', sha256Hex(subject));
  if (providerSession !== undefined) {
    update = update.where('provider_session_hash', '=', sha256Hex(providerSession));
  }
  if (exceptIdHash !== undefined) update = update.where('id_hash', '!=', exceptIdHash);
  return statement(update);
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
  const { idHash, identity, authentication, providerSession } = session;
  return statement(
    database.build.insertInto('sign_in_sessions').values({
      id_hash: idHash,
      connector_id: identity.connectorId,
      subject_hash: sha256Hex(identity.subject),
      identity: identityText(identity),
      created_at: session.createdAt.getTime(),
      seen_at: session.seenAt.getTime(),
      idle_expires_at: session.idleExpiresAt.getTime(),
      absolute_expires_at: session.absoluteExpiresAt.getTime(),
      authenticated_at: authentication.at.getTime(),
      contexts: JSON.stringify(authentication.contexts),
      confirmed_at: session.confirmedAt.getTime(),
      provider_session_hash: providerSession === undefined ? null : sha256Hex(providerSession),
      source_ip: session.sourceIp ?? null,
      user_agent: session.userAgent ?? null,
      revoked_at: null,
      ...sealedColumns(sealer, session),
    }),
  );
}

function identityText(identity: Identity): string {
  return JSON.stringify({ ...identity, attributes: [...identity.attributes] });
}

interface SealedParts {
  readonly idHash: string;
  readonly idToken?: string | undefined;
  readonly connectorState?: Readonly<Record<string, string>> | undefined;
}

function sealedColumns(
  sealer: Sealer,
  { idHash, idToken, connectorState }: SealedParts,
): { readonly id_token: string | null; readonly connector_state: string | null } {
  return {
    id_token: idToken === undefined ? null : sealer.seal(idToken, sealContext('id_token', idHash)),
    connector_state:
      connectorState === undefined
        ? null
        : sealer.seal(JSON.stringify(connectorState), sealContext('connector_state', idHash)),
  };
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
    authentication: { at: new Date(row.authenticated_at), contexts: textsOf(row.contexts) },
    confirmedAt: new Date(row.confirmed_at),
    ...(row.source_ip === null ? {} : { sourceIp: row.source_ip }),
    ...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
    ...(row.id_token === null
      ? {}
      : { idToken: sealer.open(row.id_token, sealContext('id_token', row.id_hash)) }),
    ...(row.connector_state === null
      ? {}
      : { connectorState: stateOf(row.connector_state, row.id_hash, sealer) }),
  };
}

function textsOf(json: string | null): readonly string[] {
  return json === null ? [] : (JSON.parse(json) as string[]);
}

function stateOf(sealed: string, idHash: string, sealer: Sealer): Readonly<Record<string, string>> {
  return JSON.parse(sealer.open(sealed, sealContext('connector_state', idHash))) as Record<string, string>;
}

function identityOf(text: string): Identity {
  const kept = JSON.parse(text) as Omit<Identity, 'attributes'> & {
    readonly attributes: readonly (readonly [string, readonly string[]])[];
  };
  return { ...kept, attributes: new Map(kept.attributes) };
}

function sealContext(column: 'id_token' | 'connector_state', idHash: string): string {
  return `sign_in_sessions/${column}/${idHash}`;
}
