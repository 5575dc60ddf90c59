import { BrokerError } from '../core/errors.ts';
import type { SigningKey, SigningKeyStore } from '../core/ports/stores.ts';
import type { Sealer } from '../lib/seal.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { auditEntry } from './write-unit.ts';
import type { Statement } from './write-unit.ts';

export function createSigningKeyStore(database: Database, sealer: Sealer): SigningKeyStore {
  return {
    async list(use) {
      const rows = await database.read((db) =>
        db.selectFrom('signing_keys').selectAll().where('use', '=', use).orderBy('active_at').execute(),
      );
      return rows.map((row) => ({
        id: row.id,
        use: row.use,
        privateKey: sealer.open(row.private_key, sealContext(row.id)),
        publicPart: row.public_part,
        createdAt: new Date(row.created_at),
        activeAt: new Date(row.active_at),
        retiredAt: row.retired_at === null ? undefined : new Date(row.retired_at),
      }));
    },
    async add(key, event) {
      const result = await database.write([insertKey(database, sealer, key)], [auditEntry(event)]);
      if (result.status === 'committed') return;
      throw new BrokerError('request.malformed', {
        detail: 'another node was first to add this signing key',
      });
    },
    async retire(id, retiredAt, event) {
      const until = retiredAt.getTime();
      const update = database.build
        .updateTable('signing_keys')
        .set({ retired_at: until })
        .where('id', '=', id)
        .where((where) => where.or([where('retired_at', 'is', null), where('retired_at', '>', until)]));
      // A key that another node has retired already stays as it is, and nothing is recorded twice.
      await database.write([statement(update, 1)], [auditEntry(event)]);
    },
  };
}

function insertKey(database: Database, sealer: Sealer, key: SigningKey): Statement {
  return statement(
    database.build.insertInto('signing_keys').values({
      id: key.id,
      use: key.use,
      private_key: sealer.seal(key.privateKey, sealContext(key.id)),
      public_part: key.publicPart,
      created_at: key.createdAt.getTime(),
      active_at: key.activeAt.getTime(),
      retired_at: key.retiredAt?.getTime() ?? null,
    }),
  );
}

function sealContext(id: string): string {
  return `signing_keys/private_key/${id}`;
}
