import type { AccessTokenStore } from '../core/ports/stores.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { auditEntry } from './write-unit.ts';

export function createAccessTokenStore(database: Database): AccessTokenStore {
  const live = database.prepare(
    'live-access-token',
    database.build
      .selectFrom('access_tokens')
      .selectAll()
      .where('id_hash', '=', '')
      .where('expires_at', '>', 0)
      .compile(),
  );
  return {
    async create(token, event) {
      const insert = database.build.insertInto('access_tokens').values({
        id_hash: token.idHash,
        application_id: token.applicationId,
        created_at: token.createdAt.getTime(),
        expires_at: token.expiresAt.getTime(),
      });
      const result = await database.write([statement(insert)], [auditEntry(event)]);
      if (result.status !== 'committed') throw new Error('An access token with this hash exists already.');
    },
    async find(idHash, now) {
      const [row] = await live(idHash, now.getTime());
      if (row === undefined) return undefined;
      return {
        idHash: row.id_hash,
        applicationId: row.application_id,
        createdAt: new Date(row.created_at),
        expiresAt: new Date(row.expires_at),
      };
    },
  };
}
