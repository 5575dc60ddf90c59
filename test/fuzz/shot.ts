/** One request as the fuzzing sends it, and what came back. */
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export interface Shot {
  /** Another than the sandbox's AWS. */
  readonly origin?: string;
  readonly method: string;
  /** With its query, not encoded any further. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly ms: number;
}

/** Long enough to tell a slow answer from none. */
const GIVE_UP_MS = 4_000;

export function send(origin: string, shot: Shot, agent: Agent): Promise<Seen> {
  const { host, port } = new URL(origin);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      agent,
      method: shot.method,
      path: shot.path,
      headers: { host, ...framing(shot.body), ...lists(shot.headers ?? {}) },
      timeout: GIVE_UP_MS,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${GIVE_UP_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const ms = performance.now() - startedAt;
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, ms });
      });
    });
    outgoing.end(shot.body);
  });
}

/** Node frames no body of an OPTIONS or DELETE by itself: its bytes would be read as the next request. */
function framing(body: Shot['body']): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function lists(headers: NonNullable<Shot['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

/** Whoever sends half a request is given so long to finish it before we hang up on our side. */
const HALF_MS = 150;

/** Bytes as no HTTP library would send them. What is said on the first request counts. */
export function sendBytes(origin: string, bytes: Buffer): Promise<Seen> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', allowHalfOpen: true });
    const done = (): void => {
      clearTimeout(half);
      socket.destroy();
      const ms = performance.now() - startedAt;
      // Nothing at all is an answer to what is no request.
      resolve(chunks.length === 0 ? { status: 400, headers: {}, text: '', ms } : readAnswer(chunks, ms));
    };
    const half = setTimeout(() => socket.end(), HALF_MS);
    socket.setTimeout(GIVE_UP_MS, () => {
      clearTimeout(half);
      socket.destroy();
      reject(new Error(`the connection was still open after ${GIVE_UP_MS} ms`));
    });
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', done);
    // A server that refuses while we still write resets: what it said before counts.
    socket.on('error', done);
  });
}

function readAnswer(chunks: readonly Buffer[], ms: number): Seen {
  const answer = Buffer.concat(chunks).toString('utf8');
  const [head = ''] = answer.split('\r\n\r\n', 1);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const length = Number(headers['content-length'] ?? 0);
  // Further requests in the same bytes have further answers; they are not ours.
  const text = Buffer.from(answer.slice(head.length + 4))
    .subarray(0, length)
    .toString('utf8');
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, text, ms };
}
