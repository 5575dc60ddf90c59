import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import type { Express } from 'express';

/** Far more than a proxy in front opens; each costs some kilobytes. */
const MAXIMUM_CONNECTIONS = 4_096;

/** Who has asked and does not read the answer loses it. No answer of ours takes half as long to begin. */
const SILENT_MILLISECONDS = 60_000;

/**
 * An HTTP server for an Express application, with limits against slow clients.
 *
 * Express gives each request and response its own prototype by `setPrototypeOf`, which on Node 20 and 22
 * costs more than the rest of a small request. Here the server's own message classes inherit from Express's
 * prototypes already, and Express is told that these are its prototypes, so that the call changes nothing.
 */
export function createHttpServer(app: Express): Server {
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse extends ServerResponse<ExpressRequest> {}
  inheritFrom(ExpressRequest, app.request);
  inheritFrom(ExpressResponse, app.response);
  app.request = ExpressRequest.prototype as unknown as Express['request'];
  app.response = ExpressResponse.prototype as unknown as Express['response'];

  const server = createServer(
    {
      IncomingMessage: ExpressRequest,
      ServerResponse: ExpressResponse,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      // Longer than the minute that load balancers keep an idle connection: whoever reuses one must not find it closed.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 5_000,
    },
    app,
  );
  server.maxConnections = MAXIMUM_CONNECTIONS;
  server.timeout = SILENT_MILLISECONDS;
  return server;
}

/** Express's additions come first, then Node's own class behind them. */
function inheritFrom(messageClass: { prototype: object }, additions: object): void {
  Object.setPrototypeOf(messageClass.prototype, additions);
}
