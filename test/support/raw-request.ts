/** Bytes as no HTTP library would send them, and whatever comes back. */
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a whole request as it is written here and reads until the server closes. */
export function rawRequest(port: number, request: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer in ten seconds')));
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that refuses while we still write resets: what it said before counts.
    socket.on('error', (error) => (chunks.length === 0 ? reject(error) : resolve(read(chunks))));
    socket.on('close', () => resolve(read(chunks)));
  });
}

function read(chunks: readonly Buffer[]): RawAnswer {
  const answer = Buffer.concat(chunks).toString('utf8');
  const [head = '', ...body] = answer.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, text: body.join('\r\n\r\n') };
}
