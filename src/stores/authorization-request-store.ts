import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
} from '../core/ports/authorization-requests.ts';
import { sha256Hex } from '../lib/hash.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import { auditEntry } from './write-unit.ts';

export function createAuthorizationRequestStore(database: Database): AuthorizationRequestStore {
  const findBy = async (
    column: 'id_hash' | 'user_code_hash',
    value: string,
    now: Date,
  ): Promise<AuthorizationRequest | undefined> => {
    const row = await database.read((db) =>
      db
        .selectFrom('authorization_requests')
        .selectAll()
        .where(column, '=', value)
        .where('expires_at', '>', now.getTime())
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : requestOf(row);
  };
  return {
    async create(request, event) {
      const insert = database.build.insertInto('authorization_requests').values(requestRow(request));
      const audit = event === undefined ? [] : [auditEntry(event)];
      return (await database.write([statement(insert)], audit)).status === 'committed';
    },
    find: (idHash, now) => findBy('id_hash', idHash, now),
    findByUserCode: (userCode, now) => findBy('user_code_hash', sha256Hex(userCode), now),
    async decide(idHash, { state, sessionIdHash, facts }, event) {
      const found = await findBy('id_hash', idHash, event.at);
      if (found === undefined) return false;
      const update = database.build
        .updateTable('authorization_requests')
        .set({
          state,
          session_hash: sessionIdHash,
          facts: JSON.stringify({ ...found.facts, ...facts }),
        })
        .where('id_hash', '=', idHash)
        .where('state', '=', 'pending')
        .where('expires_at', '>', event.at.getTime());
      return (await database.write([statement(update, 1)], [auditEntry(event)])).status === 'committed';
    },
    async polled(idHash, at) {
      const update = database.build
        .updateTable('authorization_requests')
        .set({ polled_at: at.getTime() })
        .where('id_hash', '=', idHash);
      await database.write([statement(update)]);
    },
  };
}

type RequestRow = Schema['authorization_requests'];

function requestRow(request: AuthorizationRequest): RequestRow {
  return {
    id_hash: request.idHash,
    kind: request.kind,
    user_code_hash: request.userCode === undefined ? null : sha256Hex(request.userCode),
    state: request.state,
    facts: JSON.stringify(request.facts),
    session_hash: request.sessionIdHash ?? null,
    authorization_id: request.authorizationId ?? null,
    created_at: request.createdAt.getTime(),
    polled_at: request.polledAt?.getTime() ?? null,
    expires_at: request.expiresAt.getTime(),
  };
}

function requestOf(row: RequestRow): AuthorizationRequest {
  return {
    idHash: row.id_hash,
    kind: row.kind,
    state: row.state,
    facts: JSON.parse(row.facts) as Record<string, string>,
    ...(row.session_hash === null ? {} : { sessionIdHash: row.session_hash }),
    ...(row.authorization_id === null ? {} : { authorizationId: row.authorization_id }),
    createdAt: new Date(row.created_at),
    ...(row.polled_at === null ? {} : { polledAt: new Date(row.polled_at) }),
    expiresAt: new Date(row.expires_at),
  };
}
