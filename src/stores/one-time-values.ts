import type { OneTimeValue } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import type { Statement } from './write-unit.ts';

/** A unit that spends what was spent before ends as `duplicate`, on every node. */
export function spendOnce(database: Database, { scope, value, expiresAt }: OneTimeValue): Statement {
  return statement(
    database.build.insertInto('one_time_values').values({
      value_hash: sha256Hex(JSON.stringify([scope, value])),
      expires_at: expiresAt.getTime(),
    }),
  );
}
