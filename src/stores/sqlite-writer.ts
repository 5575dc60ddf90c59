/** The writer's thread: a file of its own in `dist/`. Everything that is written to SQLite goes through here. */
import { parentPort, workerData } from 'node:worker_threads';
import { SqliteGroupWriter } from './sqlite-group-writer.ts';
import type { GroupReply } from './sqlite-group-writer.ts';
import type { WriteUnit } from './write-unit.ts';

export interface WriterThreadData {
  readonly file: string;
  readonly chain: string;
}

/** A group to commit, or the wish that the thread ends. */
export type WriterRequest = readonly WriteUnit[] | 'close';
export type WriterReply = GroupReply;

const port = parentPort;
if (port === null) throw new Error('The writer runs as a worker thread only.');
const writer = new SqliteGroupWriter(workerData as WriterThreadData);

port.on('message', (request: WriterRequest) => {
  if (request === 'close') {
    writer.close();
    port.close();
    return;
  }
  void writer.commit(request).then((reply: WriterReply) => port.postMessage(reply));
});
