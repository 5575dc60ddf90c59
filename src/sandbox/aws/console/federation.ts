/** `/federation`: credentials in, a sign-in token out; a sign-in token in, a console session out. */
import { Router, type Request, type Response } from 'express';
import { formOf, queryOf, readForm } from '../../pages.ts';
import { type ConsoleContext, keepPrivate } from './console-context.ts';
import { getSigninToken } from './get-signin-token.ts';
import { login } from './login.ts';

export function federationRouter(context: ConsoleContext): Router {
  const router = Router();
  router.get('/', (request, response) => dispatch(context, request, response));
  router.post('/', readForm, (request, response) => dispatch(context, request, response));
  return router;
}

function dispatch(context: ConsoleContext, request: Request, response: Response): Promise<void> | void {
  keepPrivate(response);
  // AWS reads a POST's parameters from the form and from the address alike.
  const parameters = new URLSearchParams([...queryOf(request), ...formOf(request)]);
  switch (parameters.get('Action')) {
    case 'getSigninToken':
      getSigninToken(context, { request, response, parameters });
      return;
    case 'login':
      return login(context, { request, response, parameters });
    default:
      return context.pages.refuse(response, 400, 'Action must be getSigninToken or login.');
  }
}
