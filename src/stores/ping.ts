import { statement } from './database.ts';
import type { Database } from './database.ts';

/** One write and one read. Callers at the same moment share one: anybody may ask whether we are ready. */
export function createPing(database: Database, node: string): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= pingOnce(database, node).finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function pingOnce(database: Database, node: string): Promise<void> {
  const upsert = database.build
    .insertInto('pings')
    .values({ node, times: 1 })
    .onConflict((conflict) =>
      conflict.column('node').doUpdateSet((set) => ({ times: set('pings.times', '+', 1) })),
    );
  await database.write([statement(upsert)]);
  await database.read((db) =>
    db.selectFrom('pings').select('times').where('node', '=', node).executeTakeFirstOrThrow(),
  );
}
