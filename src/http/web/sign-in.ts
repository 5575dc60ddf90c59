/** The browser's way to an identity provider and back. */
import { Router, type NextFunction, type Request, type Response } from 'express';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import { FLOW_SECONDS } from '../../broker/sign-in.ts';
import type { Connector, ConnectorRegistry } from '../../connectors/connector.ts';
import { randomToken } from '../../lib/hash.ts';
import { localPath } from '../../lib/local-path.ts';
import { readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { findConnector } from './find-connector.ts';
import { finishSignIn, type FinishSignIn } from './finish-sign-in.ts';
import { bringCookiesAlong, lacksCookies } from './resubmit.ts';
import { requiredByRole } from './required-by-role.ts';
import { personOf } from './signed-in.ts';

export interface SignInRoutes extends FinishSignIn {
  readonly connectors: ConnectorRegistry;
  readonly entitlements: EntitlementSource;
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
      const connector = await findConnector(connectors, request);
      const browser = cookies.flow.read(request) ?? randomToken();
      const flow = await routes.signIn.start({
        connectorId: connector.id,
        browser,
        returnTo: localPath(request.query['returnTo'], baseUrl),
        values: connector.newFlowValues(),
        required: await requiredByRole(routes.entitlements, request, response),
        previous: personOf(response),
      });
      cookies.flow.write(response, browser, FLOW_SECONDS);
      await connector.start(request, response, flow);
    },
  });

  const finish = (kind: Connector['kind']) => async (request: Request, response: Response) => {
    await finishSignIn(routes, await findConnector(connectors, request, kind), { request, response });
  };
  onlyMethods(router, '/saml/:connector/acs', {
    post: [readForm(ANSWER_LIMIT), resubmitOnce(routes), finish('saml')],
  });
  onlyMethods(router, '/oidc/:connector/callback', { get: finish('oidc') });

  return router;
}

function resubmitOnce({ baseUrl, cookies, pages }: SignInRoutes) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (lacksCookies(request, cookies.flow, baseUrl)) await bringCookiesAlong(request, response, pages);
    else next();
  };
}
