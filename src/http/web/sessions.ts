/** Where people see their own sign-in sessions, and what else acts for them, and end them. */
import { Router } from 'express';
import type { OwnAuthorizations } from '../../broker/own-authorizations.ts';
import type { OwnSession, OwnSessions } from '../../broker/own-sessions.ts';
import type { ConnectorRegistry } from '../../connectors/connector.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { MAXIMUM_LISTED_SESSIONS } from '../../core/ports/stores.ts';
import type { Cookies } from '../cookies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { authorizationView } from './authorization-view.ts';
import { describeBrowser } from './describe-browser.ts';
import type { Pages } from './pages.ts';
import { leaveBrowser } from './sign-out.ts';
import { requirePerson } from './signed-in.ts';
import { ago } from './time-words.ts';
import type { SessionView } from './view-models.ts';

export interface SessionRoutes {
  readonly ownSessions: OwnSessions;
  readonly ownAuthorizations: OwnAuthorizations;
  readonly connectors: ConnectorRegistry;
  readonly cookies: Cookies;
  readonly clock: Clock;
  readonly pages: Pages;
}

export function sessionRoutes(routes: SessionRoutes): Router {
  const { ownSessions, ownAuthorizations, connectors, cookies, clock, pages } = routes;
  const router = Router();

  onlyMethods(router, '/sessions', {
    async get(_request, response) {
      const signedIn = requirePerson(response);
      const [own, authorizations] = await Promise.all([
        ownSessions.list(signedIn),
        ownAuthorizations.list(signedIn.principal),
      ]);
      const { connectorId } = signedIn.principal.identity;
      const connectorLabel = (await connectors.find(connectorId))?.label ?? connectorId;
      const now = clock.now();
      await pages.render(response, 'sessions', {
        title: 'Sign-ins and tokens',
        sessions: own.map((each) => sessionView(each, { connectorLabel, now })),
        isCut: own.length === MAXIMUM_LISTED_SESSIONS,
        authorizations: authorizations.map((each) => authorizationView(each, now)),
      });
    },
  });

  onlyMethods(router, '/sessions/end-others', {
    async post(_request, response) {
      await ownSessions.endOthers(requirePerson(response), contextOf(response).origin);
      response.redirect(303, '/sessions');
    },
  });

  onlyMethods(router, '/sessions/:session/end', {
    async post(request, response) {
      const id = request.params['session'];
      const { origin } = contextOf(response);
      const ended = await ownSessions.end(requirePerson(response), typeof id === 'string' ? id : '', origin);
      if (ended.isCurrent) leaveBrowser(response, cookies);
      response.redirect(303, ended.isCurrent ? '/signed-out' : '/sessions');
    },
  });

  return router;
}

function sessionView(
  { id, session, isCurrent }: OwnSession,
  { connectorLabel, now }: { readonly connectorLabel: string; readonly now: Date },
): SessionView {
  return {
    browser: describeBrowser(session.userAgent),
    address: session.sourceIp,
    connectorLabel,
    signedInAt: session.createdAt.toISOString(),
    signedInAgo: ago(session.createdAt, now),
    lastUsedAt: session.seenAt.toISOString(),
    lastUsedAgo: isCurrent ? 'now' : ago(session.seenAt, now),
    isCurrent,
    endAction: `/sessions/${id}/end`,
  };
}
