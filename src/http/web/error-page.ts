/** How a refusal or fault looks in a browser: who you are, what is missing, what to do next. */
import type { NextFunction, Request, Response } from 'express';
import type { BrokerError } from '../../core/errors.ts';
import { asBrokerError, statusOf } from '../errors.ts';
import type { RequestLog } from '../request-log.ts';
import { adviceFor, titleOf } from './error-words.ts';
import type { Pages } from './pages.ts';
import { personOf } from './signed-in.ts';

export function webErrors(pages: Pages, log: RequestLog) {
  // Express knows an error handler by its four parameters.
  return async (thrown: unknown, request: Request, response: Response, next: NextFunction): Promise<void> => {
    const error = asBrokerError(thrown);
    log.refused(response, error);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    if (error.code === 'session.required' || error.code === 'session.ended') {
      response.redirect(303, request.originalUrl === '/' ? '/sign-in' : `/sign-in?${returnTo(request)}`);
      return;
    }
    const connectorId = personOf(response)?.principal.identity.connectorId;
    if (error.code === 'sign_in.again' && connectorId !== undefined) {
      await signInAgain(pages, `/sign-in/${connectorId}?${returnTo(request)}`, response);
      return;
    }
    const status = statusOf(error);
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    response.status(status);
    await pages.render(response, 'error', {
      title: titleOf(error.code),
      status,
      code: error.code,
      text: error.text,
      advice: adviceFor(error.code),
      actions: actionsFor(error, request, response),
    });
  };
}

function returnTo({ originalUrl }: Request): string {
  return new URLSearchParams({ returnTo: originalUrl }).toString();
}

/**
 * What only a fresh sign-in can mend leads there and back, instead of ending at an error. By a page that goes
 * on, not by a redirect: browsers hold our `form-action` against every redirect that answers a form, and no
 * list of ours names every identity provider.
 */
function signInAgain(pages: Pages, href: string, response: Response): Promise<void> {
  return pages.render(response, 'sign-in-again', { title: 'Signing you in again', href });
}

function actionsFor(
  error: BrokerError,
  request: Request,
  response: Response,
): { label: string; href: string }[] {
  if (personOf(response) === undefined) {
    const isSignIn = /^(?:saml|oidc|sign_in|idp)\./.test(error.code);
    return [{ label: isSignIn ? 'Sign in again' : 'Sign in', href: '/sign-in' }];
  }
  const roles = { label: 'Your roles', href: '/' };
  const role = error.code.startsWith('role.') ? undefined : roleHref(request);
  return role === undefined ? [roles] : [{ label: 'Back to the role', href: role }, roles];
}

/** The page of the role that was asked for, where another try is made. */
function roleHref({ path }: Request): string | undefined {
  return /^\/roles\/[a-z0-9-]+(?=\/(?:console|credentials)$)/.exec(path)?.[0];
}
