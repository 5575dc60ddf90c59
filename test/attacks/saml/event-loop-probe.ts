/**
 * Loaded into a broker's process ahead of its program: how long its main thread was busy without a break. Counted
 * in time on the processor, which other processes of a loaded machine do not add to; where the system does not
 * tell that (only Linux does), in time that passed.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';
import { isMainThread } from 'node:worker_threads';

const PORT = Number(process.env['EVENT_LOOP_PROBE_PORT']);
/** First field: nanoseconds that this thread ran. */
const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;

function clockOfThread(): () => number {
  let file: number;
  try {
    file = openSync(SCHEDSTAT, 'r');
  } catch {
    return () => performance.now();
  }
  const buffer = Buffer.alloc(128);
  process.once('exit', () => closeSync(file));
  return () => {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return Number(buffer.toString('latin1', 0, length).split(' ')[0]) / 1e6;
  };
}

/** What a measurement must see. */
const SPIN_MS = 150;

function spin(now: () => number): void {
  const end = now() + SPIN_MS;
  while (now() < end);
}

function probe(): void {
  const now = clockOfThread();
  let last = now();
  let longest = 0;
  setInterval(() => {
    const at = now();
    longest = Math.max(longest, at - last);
    last = at;
  }, 1).unref();
  createServer((request, response) => {
    const seen = longest;
    if (request.url === '/reset') longest = 0;
    if (request.url === '/spin') spin(now);
    response.end(JSON.stringify({ longestMs: seen }));
  })
    .listen(PORT, '127.0.0.1')
    .unref();
}

if (isMainThread && PORT > 0) probe();
