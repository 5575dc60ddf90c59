/** Drops what has expired, a bounded number of rows at a time, so that other writes are not held up. */
import { statement } from './database.ts';
import type { Database } from './database.ts';
import type { Statement } from './write-unit.ts';

const ROWS_AT_ONCE = 500;

export async function sweepExpired(database: Database, now: Date): Promise<void> {
  for (const removal of removals(database, now.getTime())) {
    for (;;) {
      const result = await database.write([removal]);
      if (result.status !== 'committed' || result.rows < ROWS_AT_ONCE) break;
    }
  }
}

function removals(database: Database, now: number): readonly Statement[] {
  const { build } = database;
  const expired = (table: 'sign_in_flows' | 'tokens' | 'authorization_requests'): Statement =>
    statement(
      build
        .deleteFrom(table)
        .where('id_hash', 'in', (db) =>
          db.selectFrom(table).select('id_hash').where('expires_at', '<=', now).limit(ROWS_AT_ONCE),
        ),
    );
  return [
    expired('sign_in_flows'),
    expired('tokens'),
    expired('authorization_requests'),
    statement(
      build
        .deleteFrom('authorizations')
        .where('id', 'in', (db) =>
          db.selectFrom('authorizations').select('id').where('expires_at', '<=', now).limit(ROWS_AT_ONCE),
        ),
    ),
    statement(
      build
        .deleteFrom('proposed_changes')
        .where('id', 'in', (db) =>
          db.selectFrom('proposed_changes').select('id').where('expires_at', '<=', now).limit(ROWS_AT_ONCE),
        ),
    ),
    statement(
      build
        .deleteFrom('one_time_values')
        .where('value_hash', 'in', (db) =>
          db
            .selectFrom('one_time_values')
            .select('value_hash')
            .where('expires_at', '<=', now)
            .limit(ROWS_AT_ONCE),
        ),
    ),
    statement(
      build
        .deleteFrom('rate_limits')
        .where('key_hash', 'in', (db) =>
          db.selectFrom('rate_limits').select('key_hash').where('empty_until', '<=', now).limit(ROWS_AT_ONCE),
        ),
    ),
    statement(
      build
        .deleteFrom('sign_in_sessions')
        .where('id_hash', 'in', (db) =>
          db
            .selectFrom('sign_in_sessions')
            .select('id_hash')
            .where('absolute_expires_at', '<=', now)
            .limit(ROWS_AT_ONCE),
        ),
    ),
  ];
}
