/** Stands in front of a server and lets it fail as networks and servers do, for as long as a test wants. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `pass` is the honest answer; `hang` none at all; `reset` a connection that breaks. */
export type Fault = 'pass' | 'hang' | 'reset' | { readonly status: number; readonly body: string };

export interface FaultProxy {
  readonly url: string;
  /** Where honest answers come from. */
  port: number;
  fault: (path: string) => Fault | Promise<Fault>;
  /** Every path that was asked for, without its query. */
  readonly paths: string[];
  close(): Promise<void>;
}

export async function startFaultProxy(): Promise<FaultProxy> {
  const server = createServer((incoming, response) => {
    const [path = ''] = (incoming.url ?? '').split('?', 1);
    proxy.paths.push(path);
    void Promise.resolve(proxy.fault(path)).then((fault) => answer(fault, incoming, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = (fault: Fault, incoming: IncomingMessage, response: ServerResponse): void => {
    if (fault === 'hang') return;
    if (fault === 'reset') incoming.socket.destroy();
    else if (fault === 'pass') forward(incoming, response, proxy.port);
    else response.writeHead(fault.status, { 'content-type': 'text/html' }).end(fault.body);
  };
  const proxy: FaultProxy = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    port: 0,
    fault: () => 'pass',
    paths: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function forward(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  incoming.pipe(onward);
}
