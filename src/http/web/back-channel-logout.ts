/** OpenID Connect Back-Channel Logout 1.0: the provider tells us, server to server, whose sessions have ended. */
import { Router, type NextFunction, type Request, type Response } from 'express';
import type { SignOut } from '../../broker/sign-out.ts';
import {
  hearsBackChannelLogout,
  type Connector,
  type ConnectorRegistry,
  type HearsBackChannelLogout,
} from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';
import { asBrokerError, statusOf } from '../errors.ts';
import { readField, readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { RequestLog } from '../request-log.ts';
import { findConnector } from './find-connector.ts';

export interface BackChannelLogoutRoutes {
  readonly signOut: SignOut;
  readonly connectors: ConnectorRegistry;
}

const PATH = '/oidc/:connector/backchannel-logout';
/** A logout token holds a dozen claims. */
const TOKEN_LIMIT = '16kb';

export function backChannelLogoutRoutes(
  { signOut, connectors }: BackChannelLogoutRoutes,
  log: RequestLog,
): Router {
  const router = Router();
  onlyMethods(router, PATH, {
    post: [
      readForm(TOKEN_LIMIT),
      async (request, response) => {
        const connector = await findConnector(connectors, request, 'oidc');
        if (!hearsBackChannelLogout(connector)) throw new BrokerError('sign_in.connector_unknown');
        await endSessions(signOut, connector, { request, response });
        // Section 2.8: 200, which no cache may keep; every answer of ours says so already.
        response.status(200).end();
      },
    ],
  });
  router.use(PATH, refusals(log));
  return router;
}

async function endSessions(
  signOut: SignOut,
  connector: Connector & HearsBackChannelLogout,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<void> {
  const { origin } = contextOf(response);
  try {
    const token = readField(request, 'logout_token');
    if (token === undefined) throw new BrokerError('oidc.logout_token', { detail: 'there is none' });
    const logout = await connector.hearBackChannelLogout(token);
    await signOut.endForProvider({ connectorId: connector.id, ...logout }, origin);
  } catch (thrown) {
    const error = asBrokerError(thrown);
    if (error.code !== 'store.unavailable') await signOut.deny(connector.id, error, origin);
    throw error;
  }
}

/** Kinds that are about the address and the caller, not about the message. */
const OWN_STATUS: ReadonlySet<BrokerError['kind']> = new Set(['method-not-allowed', 'not-found', 'too-many']);

/** Section 2.8: 400 where the message is wrong and where the logout failed alike, and the words of RFC 6749 section 5.2. */
function refusals(log: RequestLog) {
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const error = asBrokerError(thrown);
    log.refused(response, error);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    const status = OWN_STATUS.has(error.kind) ? statusOf(error) : 400;
    response.status(status).json({ error: wordFor(error) });
  };
}

function wordFor(error: BrokerError): string {
  if (statusOf(error) < 500) return 'invalid_request';
  return error.kind === 'internal' ? 'server_error' : 'temporarily_unavailable';
}
