/** The browser's way to an identity provider and back, and out again. */
import { Router, type NextFunction, type Request, type Response } from 'express';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import { FLOW_SECONDS, type SignIn } from '../../broker/sign-in.ts';
import type { SignInSessions } from '../../broker/sign-in-session.ts';
import type { Connector, ConnectorRegistry } from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';
import type { SignInFlow } from '../../core/ports/stores.ts';
import { randomToken } from '../../lib/hash.ts';
import { localPath } from '../../lib/local-path.ts';
import type { Cookies } from '../cookies.ts';
import { asBrokerError } from '../errors.ts';
import { readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { Pages } from './pages.ts';
import { bringCookiesAlong, lacksCookies } from './resubmit.ts';
import { requiredByRole } from './required-by-role.ts';
import { personOf } from './signed-in.ts';

export interface SignInRoutes {
  readonly baseUrl: string;
  readonly sessionSeconds: number;
  readonly cookies: Cookies;
  readonly signIn: SignIn;
  readonly sessions: SignInSessions;
  readonly connectors: ConnectorRegistry;
  readonly entitlements: EntitlementSource;
  readonly pages: Pages;
}

/** A SAML response with thousands of groups is still below this; the connector has a limit of its own. */
const ANSWER_LIMIT = '400kb';

export function signInRoutes(routes: SignInRoutes): Router {
  const { baseUrl, cookies, connectors, pages } = routes;
  const router = Router();

  onlyMethods(router, '/sign-in', {
    async get(request, response) {
      const returnTo = localPath(request.query['returnTo'], baseUrl);
      const query = returnTo === '/' ? '' : `?returnTo=${encodeURIComponent(returnTo)}`;
      await pages.render(response, 'sign-in', {
        title: 'Sign in',
        connectors: (await connectors.list()).map(({ id, label, kind }) => ({
          label,
          kind: kind === 'saml' ? 'SAML' : 'OpenID Connect',
          href: `/sign-in/${id}${query}`,
        })),
      });
    },
  });

  onlyMethods(router, '/sign-in/:connector', {
    async get(request, response) {
      const connector = await found(connectors, request);
      const browser = cookies.flow.read(request) ?? randomToken();
      const flow = await routes.signIn.start({
        connectorId: connector.id,
        browser,
        returnTo: localPath(request.query['returnTo'], baseUrl),
        values: connector.newFlowValues(),
        required: await requiredByRole(routes.entitlements, request, response),
      });
      cookies.flow.write(response, browser, FLOW_SECONDS);
      await connector.start(request, response, flow);
    },
  });

  const finish =
    (noFlow: 'saml.no_flow' | 'oidc.no_flow') => async (request: Request, response: Response) => {
      const connector = await found(connectors, request, noFlow === 'saml.no_flow' ? 'saml' : 'oidc');
      await finishSignIn(routes, connector, { request, response, noFlow });
    };
  onlyMethods(router, '/saml/:connector/acs', {
    post: [readForm(ANSWER_LIMIT), resubmitOnce(routes), finish('saml.no_flow')],
  });
  onlyMethods(router, '/oidc/:connector/callback', { get: finish('oidc.no_flow') });

  return router;
}

/** @throws BrokerError `sign_in.connector_unknown` */
async function found(
  connectors: ConnectorRegistry,
  request: Request,
  kind?: Connector['kind'],
): Promise<Connector> {
  const id = request.params['connector'];
  const connector = typeof id === 'string' ? await connectors.find(id) : undefined;
  if (connector === undefined || (kind !== undefined && connector.kind !== kind)) {
    throw new BrokerError('sign_in.connector_unknown');
  }
  return connector;
}

function resubmitOnce({ baseUrl, cookies, pages }: SignInRoutes) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (lacksCookies(request, cookies.flow, baseUrl)) await bringCookiesAlong(request, response, pages);
    else next();
  };
}

interface Answer {
  readonly request: Request;
  readonly response: Response;
  readonly noFlow: 'saml.no_flow' | 'oidc.no_flow';
}

async function finishSignIn(routes: SignInRoutes, connector: Connector, answer: Answer): Promise<void> {
  const { signIn, cookies } = routes;
  const { request, response, noFlow } = answer;
  const { origin } = contextOf(response);
  let flow: SignInFlow | undefined;
  try {
    flow = await signIn.findFlow({
      flowId: connector.flowIdOf(request),
      browser: cookies.flow.read(request),
      connectorId: connector.id,
    });
    if (flow === undefined) throw new BrokerError(noFlow);
    const proven = await connector.finish(request, flow);
    const previous = personOf(response);
    const cookie = await signIn.complete(flow, proven, origin);
    if (previous !== undefined) await routes.sessions.end(previous, origin);
    cookies.session.write(response, cookie, routes.sessionSeconds);
    response.redirect(303, flow.returnTo);
  } catch (thrown) {
    const error = asBrokerError(thrown);
    // What could not be written a moment ago is not tried again: the visitor would wait twice.
    if (error.code !== 'store.unavailable') await signIn.deny(connector.id, error, origin);
    throw error;
  }
}

export function signOutRoutes({ cookies, sessions, pages }: SignInRoutes): Router {
  const router = Router();
  onlyMethods(router, '/sign-out', {
    async post(_request, response) {
      const signedIn = personOf(response);
      if (signedIn !== undefined) await sessions.end(signedIn, contextOf(response).origin);
      cookies.session.clear(response);
      response.setHeader('Clear-Site-Data', '"cache"');
      response.redirect(303, '/signed-out');
    },
  });
  onlyMethods(router, '/signed-out', {
    async get(_request, response) {
      await pages.render(response, 'signed-out', { title: 'Signed out' });
    },
  });
  return router;
}
