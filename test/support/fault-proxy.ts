/** Stands in front of a server, remembers what passes, and lets it fail as networks and servers do. */
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** `pass` is the honest answer; `hang` none at all; `reset` a connection that breaks. */
export type Fault = 'pass' | 'hang' | 'reset' | { readonly status: number; readonly body: string };

/** An answer that passed, with what it answers. */
export interface Exchange {
  readonly path: string;
  readonly sent: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly received: string;
}

export interface FaultProxy {
  readonly url: string;
  /** Where honest answers come from. */
  port: number;
  fault: (path: string, sent: string) => Fault | Promise<Fault>;
  /** Every path that was asked for, without its query. */
  readonly paths: string[];
  readonly exchanges: Exchange[];
  close(): Promise<void>;
}

export async function startFaultProxy(): Promise<FaultProxy> {
  const server = createServer((incoming, response) => {
    void answer(proxy, incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    port: 0,
    fault: () => 'pass',
    paths: [],
    exchanges: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

async function answer(proxy: FaultProxy, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (incoming.url ?? '').split('?', 1);
  proxy.paths.push(path);
  const sent = await whole(incoming);
  const fault = await proxy.fault(path, sent.toString('utf8'));
  if (fault === 'hang') return;
  if (fault === 'reset') incoming.socket.destroy();
  else if (fault === 'pass') forward(proxy, { incoming, path, sent }, response);
  else response.writeHead(fault.status, { 'content-type': 'text/html' }).end(fault.body);
}

interface Asked {
  readonly incoming: IncomingMessage;
  readonly path: string;
  readonly sent: Buffer;
}

function forward(proxy: FaultProxy, { incoming, path, sent }: Asked, response: ServerResponse): void {
  const { method, url, headers } = incoming;
  const target = { host: '127.0.0.1', port: proxy.port, method, path: url, headers };
  const onward = request(target, (answered) => {
    void whole(answered).then((received) => {
      const { statusCode: status = 502, headers: given } = answered;
      proxy.exchanges.push({
        path,
        sent: sent.toString('utf8'),
        status,
        headers: given,
        received: received.toString('utf8'),
      });
      response.writeHead(status, given).end(received);
    });
  });
  onward.on('error', () => response.destroy());
  onward.end(sent);
}

async function whole(message: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
