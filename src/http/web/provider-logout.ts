/** SAML single logout through the browser: the provider's request to end a person's sessions, or its answer to ours. */
import { Router, type Request, type Response } from 'express';
import type { SignOut } from '../../broker/sign-out.ts';
import {
  hearsBrowserLogout,
  type Connector,
  type ConnectorRegistry,
  type HearsBrowserLogout,
} from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';
import { asBrokerError } from '../errors.ts';
import { readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { findConnector } from './find-connector.ts';

export interface ProviderLogoutRoutes {
  readonly signOut: SignOut;
  readonly connectors: ConnectorRegistry;
}

/** These messages name one person and a few sessions. */
const MESSAGE_LIMIT = '64kb';
const SIGNED_OUT = '/signed-out';

/**
 * The message's signature is the only proof that is asked for: it comes from another site by its nature, and
 * names whose sessions end itself, so that no cookie is needed either.
 */
export function providerLogoutRoutes({ signOut, connectors }: ProviderLogoutRoutes): Router {
  const router = Router();
  const hear = async (request: Request, response: Response): Promise<void> => {
    const connector = await findConnector(connectors, request, 'saml');
    if (!hearsBrowserLogout(connector)) throw new BrokerError('sign_in.connector_unknown');
    response.redirect(303, await endSessions(signOut, connector, { request, response }));
  };
  onlyMethods(router, '/saml/:connector/logout', { get: hear, post: [readForm(MESSAGE_LIMIT), hear] });
  return router;
}

/** @returns where the browser goes next. */
async function endSessions(
  signOut: SignOut,
  connector: Connector & HearsBrowserLogout,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<string> {
  const { origin } = contextOf(response);
  try {
    const heard = await connector.hearLogout(request);
    if (heard.kind === 'answer') return SIGNED_OUT;
    await signOut.endForProvider({ connectorId: connector.id, ...heard.logout }, origin);
    response.setHeader('Clear-Site-Data', '"cache"');
    return heard.answerUrl ?? SIGNED_OUT;
  } catch (thrown) {
    const error = asBrokerError(thrown);
    if (error.code !== 'store.unavailable') await signOut.deny(connector.id, error, origin);
    throw error;
  }
}
