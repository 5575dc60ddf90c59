/** The main thread's side of the writer: one group at a time, and a new thread when one dies. */
import { Worker } from 'node:worker_threads';
import { messageOf } from './error-message.ts';
import type { WriterReply, WriterRequest, WriterThreadData } from './sqlite-writer.ts';
import type { WriteUnit } from './write-unit.ts';

/** A thread that dies at once is not started again sooner than this. */
const RESTART_PAUSE_MS = 500;
/** How long a thread may take to end before it is ended. */
const CLOSE_TIMEOUT_MS = 5000;

interface Waiting {
  readonly resolve: (reply: WriterReply) => void;
  readonly reject: (error: Error) => void;
}

export class SqliteWriterThread {
  readonly #program: URL;
  readonly #data: WriterThreadData;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;
  #lastDeath = -Infinity;

  constructor(program: URL, data: WriterThreadData) {
    this.#program = program;
    this.#data = data;
  }

  /** Rejects if the thread dies meanwhile: then it is not known whether the group was committed. */
  commit(units: readonly WriteUnit[]): Promise<WriterReply> {
    if (this.#worker === undefined && performance.now() - this.#lastDeath < RESTART_PAUSE_MS) {
      return Promise.reject(new Error('the writer has stopped and will be started again'));
    }
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      const request: WriterRequest = units;
      worker.postMessage(request);
    });
  }

  /** Ends the thread after what it is doing; its connection is closed cleanly. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const request: WriterRequest = 'close';
    worker.postMessage(request);
    const timer = setTimeout(() => void worker.terminate(), CLOSE_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  #start(): Worker {
    // No environment and no flags of this process: the thread needs neither, and secrets may be in them.
    const worker = new Worker(this.#program, { workerData: this.#data, env: {}, execArgv: [] });
    let fault: unknown;
    worker.on('message', (reply: WriterReply) => this.#take()?.resolve(reply));
    worker.on('error', (error) => {
      fault = error;
    });
    worker.on('exit', (code) => {
      this.#worker = undefined;
      this.#lastDeath = performance.now();
      const why = fault === undefined ? `exit code ${code}` : messageOf(fault);
      this.#take()?.reject(new Error(`the writer has stopped: ${why}`, { cause: fault }));
    });
    return worker;
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
