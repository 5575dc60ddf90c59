/**
 * One request, one whole answer, both bounded: time to connect, time in total, size of the answer. For calls
 * to services whose faults must not become ours. Redirects are never followed.
 */
import { Agent, type Dispatcher } from 'undici';

interface HttpExchangeRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute; the origin is what is connected to. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpExchangeAnswer {
  readonly status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * - `connect-timeout`, `unreachable`: nothing, or not all, of an answer; a second attempt may help.
 * - `timeout`: the total is used up.
 * - `too-large`: the answer was cut off.
 */
type HttpExchangeFault = 'connect-timeout' | 'unreachable' | 'timeout' | 'too-large';

export class HttpExchangeError extends Error {
  readonly fault: HttpExchangeFault;

  constructor(fault: HttpExchangeFault, detail: string) {
    super(`${fault}: ${detail}`);
    this.name = 'HttpExchangeError';
    this.fault = fault;
  }
}

export interface HttpExchangeLimits {
  readonly connectTimeoutMs: number;
  /** From the call to the last byte; waiting for a free connection counts. */
  readonly totalTimeoutMs: number;
  readonly maximumBytes: number;
  /** Per origin. What is beyond waits, so that one slow service cannot take every socket. */
  readonly connections: number;
}

const LIMITS: HttpExchangeLimits = {
  connectTimeoutMs: 2_000,
  totalTimeoutMs: 5_000,
  maximumBytes: 1_048_576,
  connections: 64,
};

/** Keeps connections alive between requests; `close` lets go of them. */
export class HttpExchange {
  readonly #agent: Agent;
  readonly #limits: HttpExchangeLimits;

  constructor(limits: Partial<HttpExchangeLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
    this.#agent = new Agent({
      connections: this.#limits.connections,
      connect: { timeout: this.#limits.connectTimeoutMs },
      // One timer of ours bounds the whole exchange; theirs bound each pause, to about a second.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** @throws HttpExchangeError */
  request(request: HttpExchangeRequest): Promise<HttpExchangeAnswer> {
    const { method, url, headers, body } = request;
    return new Promise((resolve, reject) => {
      const collector = collect(this.#limits, resolve, reject);
      const path = `${url.pathname}${url.search}`;
      this.#agent.dispatch(
        { origin: url.origin, path, method, headers: { ...headers }, body: body ?? null },
        collector,
      );
    });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function collect(
  limits: HttpExchangeLimits,
  resolve: (answer: HttpExchangeAnswer) => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let size = 0;
  let status = 0;
  let headers: Record<string, string> = {};
  let running: Dispatcher.DispatchController | undefined;
  let failure: HttpExchangeError | undefined;

  // An exchange that still waits for a connection has nothing to abort yet: it is aborted when it starts.
  const fail = (error: HttpExchangeError): void => {
    failure = error;
    clearTimeout(timer);
    reject(error);
    running?.abort(error);
  };
  const timer = setTimeout(
    () => fail(new HttpExchangeError('timeout', `no whole answer in ${limits.totalTimeoutMs} ms`)),
    limits.totalTimeoutMs,
  );
  return {
    onRequestStart(controller) {
      running = controller;
      if (failure !== undefined) controller.abort(failure);
    },
    onResponseStart(_controller, statusCode, received) {
      status = statusCode;
      headers = flat(received);
    },
    onResponseData(_controller, chunk) {
      size += chunk.length;
      if (size > limits.maximumBytes) {
        fail(new HttpExchangeError('too-large', `more than ${limits.maximumBytes} bytes`));
      } else chunks.push(chunk);
    },
    onResponseEnd() {
      clearTimeout(timer);
      resolve({
        status,
        headers,
        body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
      });
    },
    onResponseError(_controller, error) {
      clearTimeout(timer);
      reject(error instanceof HttpExchangeError ? error : faultOf(error));
    },
  };
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flattened: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flattened[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flattened;
}

function faultOf(error: Error): HttpExchangeError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return new HttpExchangeError(code === 'UND_ERR_CONNECT_TIMEOUT' ? 'connect-timeout' : 'unreachable', code);
}
