/**
 * The main thread's side of the verifier. Verifying takes up to tenths of a second, which nobody else may wait
 * for: so it happens in one thread, one message at a time, with an end to how long a message and a queue may get.
 */
import { Worker } from 'node:worker_threads';
import { BrokerError } from '../../core/errors.ts';
import type { ProvenSignIn } from '../connector.ts';
import type { DescribedIdp, MetadataToRead } from './idp-metadata.ts';
import type { VerifierReply, VerifierTask } from './saml-verifier.ts';
import type { ResponseToVerify } from './verify-response.ts';

/** What a connector needs of it. */
export interface ResponseVerifier {
  /** @throws BrokerError `saml.*`; `sign_in.busy` when too many wait already */
  verify(message: ResponseToVerify): Promise<ProvenSignIn>;
  /** @throws BrokerError `idp.unavailable`, `saml.too_complex`; `sign_in.busy` */
  readMetadata(document: MetadataToRead): Promise<DescribedIdp>;
}

interface VerifierThreadOptions {
  /** Without it, the program that was built. */
  readonly program?: URL;
  readonly deadlineMilliseconds?: number;
  readonly maximumWaiting?: number;
}

/** Twenty times what the heaviest message takes. */
const DEADLINE_MS = 5_000;
/** Loading the libraries on a machine that has just started and is busy. */
const START_DEADLINE_MS = 30_000;
/** At the usual few milliseconds each, a wait of less than a second. */
const MAXIMUM_WAITING = 100;
/** Message, documents and their canonical forms take less than a tenth of it. A thread that wants more ends alone. */
const MAXIMUM_HEAP_MB = 256;

interface Ticket {
  readonly task: VerifierTask;
  readonly resolve: (found: ProvenSignIn | DescribedIdp) => void;
  readonly reject: (error: BrokerError) => void;
}

export class VerifierThread implements ResponseVerifier {
  readonly #program: URL;
  readonly #deadline: number;
  readonly #maximumWaiting: number;
  readonly #waiting: Ticket[] = [];
  #running: Ticket | undefined;
  #worker: Worker | undefined;
  #ready = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: VerifierThreadOptions = {}) {
    this.#program = options.program ?? builtVerifier();
    this.#deadline = options.deadlineMilliseconds ?? DEADLINE_MS;
    this.#maximumWaiting = options.maximumWaiting ?? MAXIMUM_WAITING;
  }

  verify(given: ResponseToVerify): Promise<ProvenSignIn> {
    return this.#ask({ kind: 'response', given }) as Promise<ProvenSignIn>;
  }

  readMetadata(given: MetadataToRead): Promise<DescribedIdp> {
    return this.#ask({ kind: 'metadata', given }) as Promise<DescribedIdp>;
  }

  #ask(task: VerifierTask): Promise<ProvenSignIn | DescribedIdp> {
    return new Promise((resolve, reject) => {
      if (this.#closed || this.#waiting.length >= this.#maximumWaiting) {
        reject(new BrokerError('sign_in.busy', { retryAfterSeconds: 2 }));
        return;
      }
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    });
  }

  /** Ends the thread, and with it what it is doing: nobody is signed in by a message that was not verified. */
  async close(): Promise<void> {
    this.#closed = true;
    const left = this.#waiting.splice(0);
    for (const { reject } of left) reject(new BrokerError('sign_in.busy'));
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#running !== undefined || this.#waiting.length === 0 || this.#closed) return;
    if (this.#worker === undefined) {
      this.#worker = this.#start();
      return;
    }
    if (!this.#ready) return;
    this.#running = this.#waiting.shift();
    this.#endAfter(this.#deadline);
    this.#worker.postMessage(this.#running?.task);
  }

  #start(): Worker {
    // No environment and no flags of this process: the thread needs neither, and secrets may be in them.
    const worker = new Worker(this.#program, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAXIMUM_HEAP_MB },
    });
    worker.unref();
    let fault: unknown;
    worker.on('message', (reply: VerifierReply) => this.#heard(reply));
    worker.on('error', (error) => {
      fault = error;
    });
    worker.on('exit', () => this.#died(fault));
    this.#endAfter(START_DEADLINE_MS);
    return worker;
  }

  #heard(reply: VerifierReply): void {
    clearTimeout(this.#timer);
    if (reply === 'ready') this.#ready = true;
    else this.#settle(reply);
    this.#next();
  }

  #settle(reply: Exclude<VerifierReply, 'ready'>): void {
    const ticket = this.#running;
    this.#running = undefined;
    if ('found' in reply) ticket?.resolve(reply.found);
    else ticket?.reject(refusal(reply.refused, reply.detail));
  }

  /** After a message that ended the thread, the next one gets a new thread; a thread that never started ends them all. */
  #died(fault: unknown): void {
    clearTimeout(this.#timer);
    const started = this.#ready;
    this.#worker = undefined;
    this.#ready = false;
    const ticket = this.#running;
    this.#running = undefined;
    ticket?.reject(
      this.#closed ? new BrokerError('sign_in.busy') : refusal('saml.too_complex', causeOf(fault)),
    );
    if (!started) {
      const left = this.#waiting.splice(0);
      const error = new BrokerError('internal', { detail: 'the SAML verifier did not start', cause: fault });
      for (const { reject } of left) reject(error);
    }
    this.#next();
  }

  #endAfter(milliseconds: number): void {
    this.#timer = setTimeout(() => void this.#worker?.terminate(), milliseconds).unref();
  }
}

function refusal(code: BrokerError['code'], detail: string | undefined): BrokerError {
  return new BrokerError(code, detail === undefined ? {} : { detail });
}

/** Of a fault in the thread only its kind: its words may quote the message. */
function causeOf(fault: unknown): string {
  if (fault === undefined) return 'the message took too long';
  return `the thread ended: ${fault instanceof Error && 'code' in fault ? String(fault.code) : 'a fault'}`;
}

/** Beside this program's bundle; from source, where the build puts it. */
function builtVerifier(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../../dist/saml-verifier.js' : './saml-verifier.js', import.meta.url);
}
