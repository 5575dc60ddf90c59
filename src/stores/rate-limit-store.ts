import type { RateLimitStore } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';

/**
 * A bucket is one number: when it will be full again. Taking moves that moment on, by one conditional statement,
 * so that nodes that take at once never take more than there is.
 */
export function createRateLimitStore(database: Database): RateLimitStore {
  return {
    async take(key, { burst, perMinute }, now) {
      const keyHash = sha256Hex(key);
      const at = now.getTime();
      const cost = Math.ceil(60_000 / perMinute);
      const latest = at + (burst - 1) * cost;
      const latestOnThisClock = latest + cost;
      const insert = database.build
        .insertInto('rate_limits')
        .values({ key_hash: keyHash, empty_until: at + cost })
        .onConflict((conflict) =>
          conflict
            .column('key_hash')
            .doUpdateSet((db) => ({
              empty_until: db
                .case()
                .when('rate_limits.empty_until', '<', at)
                .then(at + cost)
                .when('rate_limits.empty_until', '>', latestOnThisClock)
                .then(at + cost)
                .else(db('rate_limits.empty_until', '+', cost))
                .end(),
            }))
            .where((where) =>
              where.or([
                where('rate_limits.empty_until', '<=', latest),
                where('rate_limits.empty_until', '>', latestOnThisClock),
              ]),
            ),
        );
      const result = await database.write([statement(insert, 1)]);
      const row = await database.read((db) =>
        db.selectFrom('rate_limits').select('empty_until').where('key_hash', '=', keyHash).executeTakeFirst(),
      );
      const emptyUntil = row?.empty_until ?? at;
      if (result.status !== 'committed') {
        return { waitSeconds: Math.max(1, Math.ceil((emptyUntil - latest) / 1_000)), left: 0 };
      }
      return { waitSeconds: 0, left: Math.max(0, Math.floor((latestOnThisClock - emptyUntil) / cost)) };
    },
  };
}
