/**
 * IAM Identity Center's protocols, at the host's root because the AWS tools insist: SSO OIDC (registration, codes,
 * tokens) and the SSO portal (accounts, roles, credentials). JSON between programs: no cookie is looked at, and what
 * comes from a page in a browser is refused. The pages on which people answer are the web's.
 */
import { Router, type Request } from 'express';
import { onlyMethods } from '../../middleware/only-methods.ts';
import { refusePages } from '../../middleware/refuse-pages.ts';
import type { RequestLog } from '../../request-log.ts';
import { identityCenterErrors } from './errors.ts';
import { portalRoutes, type PortalRoutes } from './portal.ts';
import { tokenServiceRoutes, type TokenServiceRoutes } from './token-service.ts';

export interface IdentityCenterRoutes extends PortalRoutes, TokenServiceRoutes {
  /** Of AWS's names, for clients that ask where ours leads. */
  readonly startUrl: string;
}

const ADDRESSES = [
  '/client/register',
  '/device_authorization',
  '/token',
  '/assignment/accounts',
  '/assignment/roles',
  '/federation/credentials',
  '/logout',
];

export function identityCenterRoutes(routes: IdentityCenterRoutes, log: RequestLog): Router {
  const router = Router();
  router.use(ADDRESSES, refusePages);
  tokenServiceRoutes(router, routes);
  portalRoutes(router, routes);

  onlyMethods(router, '/start', {
    get(request, response) {
      // The AWS CLI asks whether an address that is not of AWS's names leads to one that is, and goes no further.
      response.redirect(302, isAwsCli(request) ? routes.startUrl : '/');
    },
  });
  router.use(identityCenterErrors(log));
  return router;
}

function isAwsCli({ headers }: Request): boolean {
  return headers['user-agent']?.startsWith('Python-urllib') ?? false;
}
