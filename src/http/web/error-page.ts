/** How a refusal or fault looks in a browser: who you are, what is missing, what to do next. */
import type { NextFunction, Request, Response } from 'express';
import type { BrokerError } from '../../core/errors.ts';
import { asBrokerError, statusOf } from '../errors.ts';
import type { RequestLog } from '../request-log.ts';
import { adviceFor, titleOf } from './error-words.ts';
import { addressOf, clickOf } from './role-click.ts';
import { mendableClick, sendToSignIn, type SignInAgainParts } from './sign-in-again.ts';
import { personOf } from './signed-in.ts';
import { stepViews } from './step-view.ts';

interface ErrorPageParts extends SignInAgainParts {
  readonly log: RequestLog;
}

export function webErrors({ log, ...parts }: ErrorPageParts) {
  const { pages } = parts;
  // Express knows an error handler by its four parameters.
  return async (thrown: unknown, request: Request, response: Response, next: NextFunction): Promise<void> => {
    const error = asBrokerError(thrown);
    log.refused(response, error);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    if (error.code === 'session.required' || error.code === 'session.ended') {
      response.redirect(303, signInHref(request));
      return;
    }
    const person = personOf(response);
    const click = mendableClick(error, request);
    if (click !== undefined && person !== undefined) {
      await sendToSignIn(parts, { click, error, person }, response);
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
      steps: stepViews(error.steps ?? []),
      advice: adviceFor(error.code),
      actions: actionsFor(error, request, response),
    });
  };
}

/** Back to the same page, or to the same choices of a role; not to where only a form leads. */
function signInHref(request: Request): string {
  const click = clickOf(request);
  const page = request.method === 'POST' ? '/' : request.originalUrl;
  const returnTo = click === undefined ? page : addressOf(click);
  return returnTo === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ returnTo }).toString()}`;
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
