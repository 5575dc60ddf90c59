/**
 * The real writer's thread, with troubles that a test can order: a database that may not grow, a thread that
 * stands still, a thread that dies. They happen below our code, in SQLite or in the thread itself.
 */
import { BroadcastChannel, workerData } from 'node:worker_threads';
import { SqliteConnection } from '../../src/stores/sqlite-connection.ts';
import '../../src/stores/sqlite-writer.ts';
import type { WriterThreadData } from '../../src/stores/sqlite-writer.ts';

export type Trouble =
  | { readonly kind: 'pages'; readonly maximum: number }
  | { readonly kind: 'stall'; readonly ms: number }
  | { readonly kind: 'die' };

const connections = new Set<SqliteConnection>();
const prepare = Object.getOwnPropertyDescriptor(SqliteConnection.prototype, 'prepare')
  ?.value as SqliteConnection['prepare'];
SqliteConnection.prototype.prepare = function (this: SqliteConnection, sql) {
  connections.add(this);
  return prepare.call(this, sql);
};

const channel = new BroadcastChannel((workerData as WriterThreadData).file);
channel.onmessage = (message: unknown) => {
  const { data } = message as { readonly data: Trouble | 'done' };
  if (data === 'done') return;
  if (data.kind === 'die') throw new Error('the thread dies');
  channel.postMessage('done');
  if (data.kind === 'stall') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, data.ms);
    return;
  }
  for (const connection of connections) connection.all(`pragma max_page_count = ${data.maximum}`, []);
};
channel.unref();
