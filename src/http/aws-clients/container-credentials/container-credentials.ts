/**
 * `GET /api/v1/container-credentials/{role}`: where unmodified SDKs fetch by `AWS_CONTAINER_CREDENTIALS_FULL_URI` and
 * renew by themselves. They give up after one or two seconds and try three or four times whatever the answer, so that
 * nothing here counts failures.
 */
import { Router, type NextFunction, type Request, type Response } from 'express';
import type { IssueCredentials } from '../../../broker/issue-credentials.ts';
import type { AccessTokens, ResumedToken } from '../../../broker/resume-token.ts';
import { BrokerError } from '../../../core/errors.ts';
import type { AuthorizationKind } from '../../../core/ports/authorizations.ts';
import type { Delivery } from '../../../core/ports/delivery.ts';
import { wishOf } from '../../access-fields.ts';
import { contextOf } from '../../request-context.ts';
import type { RequestLog } from '../../request-log.ts';
import { bearerOf } from './bearer-of.ts';
import { containerErrors } from './container-errors.ts';

export interface ContainerCredentialsRoutes {
  readonly accessTokens: AccessTokens;
  readonly issueCredentials: IssueCredentials;
  readonly container: Delivery<string>;
}

const KINDS: readonly AuthorizationKind[] = ['application', 'on-behalf-of', 'personal'];

export function containerCredentialsRoutes(routes: ContainerCredentialsRoutes, log: RequestLog): Router {
  const { accessTokens, issueCredentials, container } = routes;
  const router = Router();

  function admit(request: Request, response: Response): Promise<ResumedToken> {
    return accessTokens.resume(bearerOf(request), KINDS, contextOf(response).origin);
  }

  router.use('/api/v1/container-credentials', onlyGet, refuseBrowsers);
  router.get('/api/v1/container-credentials/:role', async (request, response) => {
    const { principal, userIdToken } = await admit(request, response);
    const body = await issueCredentials({
      principal,
      ...wishOf(request.params.role, {}, userIdToken),
      delivery: container,
      origin: contextOf(response).origin,
    });
    response.setHeader('Content-Type', 'application/json');
    response.end(body);
  });
  router.use('/api/v1/container-credentials', containerErrors(log));
  return router;
}

/** HEAD would have credentials issued that nobody gets. */
function onlyGet(request: Request, response: Response, next: NextFunction): void {
  if (request.method === 'GET') {
    next();
    return;
  }
  response.setHeader('Allow', 'GET');
  throw new BrokerError('request.method');
}

/**
 * No page has business here, whatever token it got hold of. Every browser tells one of these; `Sec-Fetch-Mode` alone is
 * what Node's own `fetch` sends.
 */
function refuseBrowsers({ headers }: Request, _response: Response, next: NextFunction): void {
  const signs = ['origin', 'sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user'];
  if (signs.some((name) => headers[name] !== undefined)) throw new BrokerError('request.browser');
  next();
}
