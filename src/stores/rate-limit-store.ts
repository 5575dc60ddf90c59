import type { RateLimitStore } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Database } from './database.ts';

/**
 * A bucket is one number: when it will be full again. Taking moves that moment on, by one conditional statement,
 * so that nodes that take at once never take more than there is.
 */
export function createRateLimitStore(database: Database): RateLimitStore {
  const takeText = textOfTake(database);
  const emptyUntilOf = database.prepare(
    'rate-limit',
    database.build.selectFrom('rate_limits').select('empty_until').where('key_hash', '=', '').compile(),
  );
  return {
    async take(key, { burst, perMinute }, now) {
      const keyHash = sha256Hex(key);
      const at = now.getTime();
      const cost = Math.ceil(60_000 / perMinute);
      const next = at + cost;
      const latest = at + (burst - 1) * cost;
      const latestOnThisClock = latest + cost;
      const parameters = [
        keyHash,
        next,
        ...[at, next, latestOnThisClock, next, cost],
        ...[latest, latestOnThisClock],
      ];
      const result = await database.write([{ sql: takeText, parameters, expectRows: 1 }]);
      const [row] = await emptyUntilOf(keyHash);
      const emptyUntil = row?.empty_until ?? at;
      if (result.status !== 'committed') {
        return { waitSeconds: Math.max(1, Math.ceil((emptyUntil - latest) / 1_000)), left: 0 };
      }
      return { waitSeconds: 0, left: Math.max(0, Math.floor((latestOnThisClock - emptyUntil) / cost)) };
    },
  };
}

/** Built once; its parameters are given in the order of the text. */
function textOfTake({ build }: Database): string {
  const insert = build
    .insertInto('rate_limits')
    .values({ key_hash: '', empty_until: 0 })
    .onConflict((conflict) =>
      conflict
        .column('key_hash')
        .doUpdateSet((db) => ({
          empty_until: db
            .case()
            .when('rate_limits.empty_until', '<', 0)
            .then(db.val(0))
            .when('rate_limits.empty_until', '>', 0)
            .then(db.val(0))
            .else(db('rate_limits.empty_until', '+', db.val(0)))
            .end(),
        }))
        .where((where) =>
          where.or([where('rate_limits.empty_until', '<=', 0), where('rate_limits.empty_until', '>', 0)]),
        ),
    );
  return insert.compile().sql;
}
