/**
 * `/oauth?Action=logout&redirect_uri=`: ends the browser's console session and goes on, which lets a broker
 * change from one account to another: the next login is the `redirect_uri`. It leads nowhere but to a login or
 * the console, here.
 */
import { Router, type Request, type Response } from 'express';
import { queryOf } from '../../pages.ts';
import { leaveConsole } from './browser-session.ts';
import { type ConsoleContext, keepPrivate } from './console-context.ts';
import { afterSignOutPath } from './destination.ts';

export function logoutRouter(context: ConsoleContext): Router {
  const router = Router();
  router.get('/', (request, response) => logout(context, request, response));
  return router;
}

async function logout(context: ConsoleContext, request: Request, response: Response): Promise<void> {
  const { awsUrl, pages } = context;
  keepPrivate(response);
  const parameters = queryOf(request);
  if (parameters.get('Action') !== 'logout') return pages.refuse(response, 400, 'Action must be logout.');
  const redirectUri = parameters.get('redirect_uri');
  const next = redirectUri === null ? undefined : afterSignOutPath(redirectUri, awsUrl);
  if (redirectUri !== null && next === undefined) {
    return pages.refuse(response, 400, 'redirect_uri must be a login or a page of the AWS console.');
  }
  const left = leaveConsole(context, request, response);
  if (next === undefined) return pages.render(response, 'signed-out', { returnTo: left?.issuer?.href });
  response.redirect(302, next);
}
