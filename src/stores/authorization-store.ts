import type { ExpressionBuilder } from 'kysely';
import { BrokerError } from '../core/errors.ts';
import {
  AUTHORIZATION_KINDS,
  MAXIMUM_LISTED_AUTHORIZATIONS,
  type AuthorizationStore,
  type NewToken,
} from '../core/ports/authorizations.ts';
import { sha256Hex } from '../lib/hash.ts';
import { authorizationOf, authorizationRow, foundTokenOf, type TokenRow } from './authorization-row.ts';
import { statement } from './database.ts';
import { KeptRows } from './kept-rows.ts';
import type { Database } from './database.ts';
import { spendOnce } from './one-time-values.ts';
import { standingChecks, standingEnded } from './standing-checks.ts';
import type { Schema } from './schema.ts';
import { auditEntry } from './write-unit.ts';
import type { Statement } from './write-unit.ts';

export function createAuthorizationStore(database: Database): AuthorizationStore {
  const live = liveToken(database);
  const kept = new KeptRows<TokenRow>(database);
  const check = standingChecks(database);
  return {
    async create({ authorization, tokens, spend = [], request, standing, event }) {
      const { id, createdAt } = authorization;
      const checks = standing === undefined ? [] : check(standing, event.at);
      const statements = [
        ...checks,
        ...spend.map((value) => spendOnce(database, value)),
        ...(request === undefined ? [] : [spendRequest(database, request, { id, at: event.at })]),
        statement(database.build.insertInto('authorizations').values(authorizationRow(authorization))),
        ...tokens.map((token) => insertToken(database, id, token, createdAt)),
      ];
      const result = await database.write(statements, [auditEntry(event)]);
      if (result.status === 'unmet' && result.statement < checks.length) throw standingEnded(standing);
      if (result.status !== 'committed') throw new BrokerError('code.spent');
    },
    async findByToken(idHash, use, now) {
      const key = `${use} ${idHash}`;
      const at = now.getTime();
      const known = kept.find(key);
      if (known !== undefined && at < Math.min(known.expires_at, known.token_expires_at))
        return foundTokenOf(known);
      const [row] = await live(idHash, use, at, at);
      if (row === undefined) return undefined;
      kept.keep(key, row);
      return foundTokenOf(row);
    },
    async addTokens(id, { tokens, replaces, event }) {
      const statements = [
        holdLive(database, id, event.at),
        ...(replaces === undefined ? [] : [replace(database, id, replaces, event.at)]),
        ...tokens.map((token) => insertToken(database, id, token, event.at)),
      ];
      return (await database.write(statements, [auditEntry(event)])).status === 'committed';
    },
    ...lifeOf(database),
  };
}

function lifeOf(database: Database): Pick<AuthorizationStore, 'touch' | 'revoke' | 'spend' | 'listOf'> {
  return {
    async touch(id, usedAt) {
      const update = database.build
        .updateTable('authorizations')
        .set({ used_at: usedAt.getTime() })
        .where('id', '=', id)
        .where('used_at', '<', usedAt.getTime());
      await database.write([statement(update)]);
    },
    async revoke(id, event) {
      const update = database.build
        .updateTable('authorizations')
        .set({ revoked_at: event.at.getTime() })
        .where('id', '=', id)
        .where('revoked_at', 'is', null);
      return (await database.write([statement(update, 1)], [auditEntry(event)])).status === 'committed';
    },
    async spend(values, event) {
      const statements = values.map((value) => spendOnce(database, value));
      const events = event === undefined ? [] : [auditEntry(event)];
      const result = await database.write(statements, events);
      if (result.status !== 'committed') throw new BrokerError('code.spent');
    },
    async listOf({ connectorId, subject }, now, kinds = AUTHORIZATION_KINDS) {
      const rows = await database.read((db) =>
        db
          .selectFrom('authorizations')
          .selectAll()
          .where('connector_id', '=', connectorId)
          .where('subject_hash', '=', sha256Hex(subject))
          .where('revoked_at', 'is', null)
          .where('expires_at', '>', now.getTime())
          .where('kind', 'in', kinds)
          .where((where) => where.or([where('session_hash', 'is', null), where.exists(session(where, now))]))
          .orderBy('created_at', 'desc')
          .orderBy('id')
          .limit(MAXIMUM_LISTED_AUTHORIZATIONS)
          .execute(),
      );
      return rows.map(authorizationOf);
    },
  };
}

function session(rows: ExpressionBuilder<Schema, 'authorizations'>, now: Date) {
  return rows
    .selectFrom('sign_in_sessions')
    .select('sign_in_sessions.id_hash')
    .whereRef('sign_in_sessions.id_hash', '=', 'authorizations.session_hash')
    .where('sign_in_sessions.revoked_at', 'is', null)
    .where('sign_in_sessions.absolute_expires_at', '>', now.getTime());
}

function liveToken(database: Database) {
  return database.prepare<TokenRow>(
    'live-token',
    database.build
      .selectFrom('tokens')
      .innerJoin('authorizations', 'authorizations.id', 'tokens.authorization_id')
      .selectAll('authorizations')
      .select(['tokens.replaced_at', 'tokens.expires_at as token_expires_at'])
      .where('tokens.id_hash', '=', '')
      .where('tokens.use', '=', 'access')
      .where('tokens.expires_at', '>', 0)
      .where('authorizations.expires_at', '>', 0)
      .where('authorizations.revoked_at', 'is', null)
      .compile(),
  );
}

function insertToken(database: Database, authorizationId: string, token: NewToken, at: Date): Statement {
  return statement(
    database.build.insertInto('tokens').values({
      id_hash: token.idHash,
      authorization_id: authorizationId,
      use: token.use,
      created_at: at.getTime(),
      expires_at: token.expiresAt.getTime(),
      replaced_at: null,
    }),
  );
}

/** An update that changes nothing, so that on Postgres a revocation waits for what comes after it. */
function holdLive(database: Database, id: string, now: Date): Statement {
  const update = database.build
    .updateTable('authorizations')
    .set((row) => ({ used_at: row.ref('used_at') }))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now.getTime());
  return statement(update, 1);
}

function replace(database: Database, id: string, tokenHash: string, now: Date): Statement {
  const update = database.build
    .updateTable('tokens')
    .set({ replaced_at: now.getTime() })
    .where('id_hash', '=', tokenHash)
    .where('authorization_id', '=', id)
    .where('use', '=', 'refresh')
    .where('replaced_at', 'is', null);
  return statement(update, 1);
}

function spendRequest(
  database: Database,
  idHash: string,
  { id, at }: { readonly id: string; readonly at: Date },
): Statement {
  const update = database.build
    .updateTable('authorization_requests')
    .set({ state: 'spent', authorization_id: id })
    .where('id_hash', '=', idHash)
    .where('state', '=', 'approved')
    .where('expires_at', '>', at.getTime());
  return statement(update, 1);
}
