import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A request as it came over the wire: a signature covers bytes, not what a parser made of them. */
export interface AwsRequest {
  readonly id: string;
  readonly method: string;
  /** Not decoded. */
  readonly path: string;
  /** Not decoded, without the question mark. */
  readonly query: string;
  /** Lower-case names; several lines of one name are several values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  readonly receivedAt: Date;
  readonly sourceIp: string;
}

export function readAwsRequest(incoming: IncomingMessage, body: Buffer, receivedAt: Date): AwsRequest {
  const url = incoming.url ?? '/';
  const questionMark = url.indexOf('?');
  return {
    id: randomUUID(),
    method: incoming.method ?? 'GET',
    path: questionMark < 0 ? url : url.slice(0, questionMark),
    query: questionMark < 0 ? '' : url.slice(questionMark + 1),
    headers: readHeaders(incoming.rawHeaders),
    body,
    receivedAt,
    sourceIp: (incoming.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
  };
}

function readHeaders(raw: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(raw[index + 1] ?? '');
    headers.set(name, values);
  }
  return headers;
}

/** All values of a header in one, as it is signed. */
export function headerOf(request: AwsRequest, name: string): string | undefined {
  return request.headers.get(name)?.join(',');
}
