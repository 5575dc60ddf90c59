/** How a refusal or fault looks in a browser: who you are, what is missing, what to do next. */
import type { NextFunction, Request, Response } from 'express';
import type { BrokerError, ErrorCode } from '../../core/errors.ts';
import { asBrokerError, statusOf } from '../errors.ts';
import type { RequestLog } from '../request-log.ts';
import type { Pages } from './pages.ts';
import { personOf } from './signed-in.ts';

const ASK_ADMINISTRATOR = 'If you need it, ask an administrator, and give them the request id below.';

const ADVICE: Partial<Record<ErrorCode, readonly string[]>> = {
  'role.not_found': [
    'None of your groups gives you this role; below are the groups that arrived from your identity provider, exactly as they came.',
    'Groups that were changed today arrive with your next sign-in: sign out and in again.',
    ASK_ADMINISTRATOR,
  ],
  'role.reserved_for_service': [
    'Nothing is wrong with your sign-in: this role works for the AWS service alone.',
  ],
  'session_tag.missing': ['Your identity provider has to send that attribute.', ASK_ADMINISTRATOR],
  'sts.refused': [
    'Daypass permits you this role, but AWS does not: the role may not exist, or its trust policy does not name Daypass with these conditions.',
    ASK_ADMINISTRATOR,
  ],
  'broker.credentials': [ASK_ADMINISTRATOR],
  'mfa.invalid': ['Each code works once and for half a minute.'],
  'request.cross_site': ['Open Daypass itself and do it again from there.'],
};

export function webErrors(pages: Pages, log: RequestLog) {
  // Express knows an error handler by its four parameters.
  return async (thrown: unknown, request: Request, response: Response, next: NextFunction): Promise<void> => {
    const error = asBrokerError(thrown);
    log.refused(response, error);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const redirect = signInAddress(error, request, response);
    if (redirect !== undefined) {
      response.redirect(303, redirect);
      return;
    }
    const status = statusOf(error);
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    response.status(status);
    await pages.render(response, 'error', {
      title: error.text,
      status,
      code: error.code,
      text: error.text,
      advice: ADVICE[error.code] ?? [],
      actions: actionsFor(error, response),
    });
  };
}

/** What only a sign-in can mend leads there and back, instead of ending at an error. */
function signInAddress(error: BrokerError, request: Request, response: Response): string | undefined {
  const returnTo = encodeURIComponent(request.originalUrl);
  if (error.code === 'session.required' || error.code === 'session.ended') {
    return request.originalUrl === '/' ? '/sign-in' : `/sign-in?returnTo=${returnTo}`;
  }
  const connectorId = personOf(response)?.principal.identity.connectorId;
  return error.code === 'sign_in.again' && connectorId !== undefined
    ? `/sign-in/${connectorId}?returnTo=${returnTo}`
    : undefined;
}

function actionsFor(error: BrokerError, response: Response): { label: string; href: string }[] {
  if (personOf(response) !== undefined) return [{ label: 'Back to your roles', href: '/' }];
  const isSignIn = /^(?:saml|oidc|sign_in|idp)\./.test(error.code);
  return [{ label: isSignIn ? 'Sign in again' : 'Sign in', href: '/sign-in' }];
}
