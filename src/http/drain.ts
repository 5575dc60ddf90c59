/**
 * Ends an HTTP server without cutting anybody off. The door stays open for a moment while `/readyz` already
 * says no, so that load balancers turn to other nodes before connections are refused. Each answer from then
 * on closes its connection, so that no client sends its next request into a closed one. What is under way is
 * answered; then everything closes, connections that browsers opened in advance included.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DrainTimes {
  /** How long the door stays open. */
  readonly openMs: number;
  /** Shut earlier, as soon as nothing is under way: for a server that no load balancer asks. */
  readonly shutWhenQuiet: boolean;
  /** From then on, what is under way has this long to be answered. */
  readonly answerMs: number;
}

const LOOK_AGAIN_MS = 20;

/** To be called before the server listens: it has to see every request. */
export function drainable(server: Server): (times: DrainTimes) => Promise<void> {
  const underWay = new Set<ServerResponse>();
  let leaving = false;
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    if (leaving) closeAfter(response);
  });
  const quiet = (): boolean => underWay.size === 0;

  return async ({ openMs, shutWhenQuiet, answerMs }) => {
    leaving = true;
    for (const response of underWay) closeAfter(response);
    await waitUntil(() => shutWhenQuiet && quiet(), openMs);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await waitUntil(quiet, answerMs);
    server.closeAllConnections();
    await closed;
  };
}

/** An answer whose head has left already closes with everything else. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

async function waitUntil(done: () => boolean, atMostMs: number): Promise<void> {
  const deadline = performance.now() + atMostMs;
  while (!done() && performance.now() < deadline) await sleep(LOOK_AGAIN_MS);
}
