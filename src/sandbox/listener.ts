import { createServer, type RequestListener } from 'node:http';

export interface Listener {
  /** Origin by which others reach it. */
  readonly url: string;
  /** Says who answers. Requests that came before wait for it: the answerer has to know the port first. */
  serve(handler: RequestListener): void;
  close(): Promise<void>;
}

interface ListenerAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly url?: string;
}

/** @throws the listening socket's own error: `EADDRINUSE` with address and port in its message. */
export async function openListener({ host, port, url }: ListenerAddress): Promise<Listener> {
  let serve: (handler: RequestListener) => void = () => undefined;
  const handler = new Promise<RequestListener>((resolve) => (serve = resolve));
  const server = createServer((request, response) => {
    void handler.then((answer) => {
      answer(request, response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const takenPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: new URL(url ?? `http://localhost:${takenPort}`).origin,
    serve,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
