/** `/authorize`: a client on the person's own machine opened it, and waits there for the answer. */
import { Router, type Request } from 'express';
import type { AskedAuthorization, ClientAuthorization } from '../../broker/client-authorization.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { localPath } from '../../lib/local-path.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { isApproved, queryText, showAnswered } from './client-answer.ts';
import type { Pages } from './pages.ts';
import { requirePerson } from './signed-in.ts';

export interface AuthorizeRoutes {
  readonly baseUrl: string;
  readonly clientAuthorization: ClientAuthorization;
  readonly clock: Clock;
  readonly pages: Pages;
}

export function authorizeRoutes({ baseUrl, clientAuthorization, clock, pages }: AuthorizeRoutes): Router {
  const router = Router();
  onlyMethods(router, '/authorize', {
    async get(request, response) {
      const checked = clientAuthorization.check(askedOf(request));
      // What cannot be come back to after a sign-in is refused before it.
      if (localPath(request.originalUrl, baseUrl) !== request.originalUrl)
        throw new BrokerError('request.malformed', { hint: 'The address is too long.' });
      const { session } = requirePerson(response);
      await pages.render(response, 'client', {
        title: 'Let this client in?',
        clientName: checked.client.name,
        program: undefined,
        requester: undefined,
        askedAt: clock.now().toISOString(),
        userCode: undefined,
        answersTo: new URL(checked.redirectUri).host,
        endsAt: session.absoluteExpiresAt.toISOString(),
        action: request.originalUrl,
      });
    },
    async post(request, response) {
      const signedIn = requirePerson(response);
      const checked = clientAuthorization.check(askedOf(request));
      const approved = isApproved(request);
      const { origin } = contextOf(response);
      const { href } = await clientAuthorization.decide(checked, { approved, signedIn }, origin);
      // A page that goes on, not a redirect: browsers hold `form-action` against what answers a form.
      await showAnswered(pages, response, { clientName: checked.client.name, approved, href });
    },
  });
  return router;
}

/** The AWS CLI's own name for the scope is plural. */
function askedOf(request: Request): AskedAuthorization {
  return {
    responseType: queryText(request, 'response_type'),
    clientId: queryText(request, 'client_id'),
    redirectUri: queryText(request, 'redirect_uri'),
    scope: queryText(request, 'scopes') || queryText(request, 'scope'),
    state: queryText(request, 'state'),
    codeChallenge: queryText(request, 'code_challenge'),
    codeChallengeMethod: queryText(request, 'code_challenge_method'),
  };
}
