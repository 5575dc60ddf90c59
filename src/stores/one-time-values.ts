import type { OneTimeValue } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Database } from './database.ts';
import type { Statement } from './write-unit.ts';

/** A unit that spends what was spent before ends as `duplicate`, on every node. */
export function spendOnce(database: Database, { scope, value, expiresAt }: OneTimeValue): Statement {
  const row = { value_hash: sha256Hex(JSON.stringify([scope, value])), expires_at: expiresAt.getTime() };
  return database.templates.fill('spend-once', row, (build, values) =>
    build.insertInto('one_time_values').values(values),
  );
}
