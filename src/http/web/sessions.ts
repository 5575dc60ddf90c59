/** Where people see their own sign-in sessions and end them. */
import { Router } from 'express';
import type { OwnSession, OwnSessions } from '../../broker/own-sessions.ts';
import type { ConnectorRegistry } from '../../connectors/connector.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { MAXIMUM_LISTED_SESSIONS } from '../../core/ports/stores.ts';
import type { Cookies } from '../cookies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { describeBrowser } from './describe-browser.ts';
import type { Pages } from './pages.ts';
import { leaveBrowser } from './sign-out.ts';
import { requirePerson } from './signed-in.ts';
import type { SessionView } from './view-models.ts';

export interface SessionRoutes {
  readonly ownSessions: OwnSessions;
  readonly connectors: ConnectorRegistry;
  readonly cookies: Cookies;
  readonly clock: Clock;
  readonly pages: Pages;
}

export function sessionRoutes({ ownSessions, connectors, cookies, clock, pages }: SessionRoutes): Router {
  const router = Router();

  onlyMethods(router, '/sessions', {
    async get(_request, response) {
      const signedIn = requirePerson(response);
      const own = await ownSessions.list(signedIn);
      const { connectorId } = signedIn.principal.identity;
      const connectorLabel = (await connectors.find(connectorId))?.label ?? connectorId;
      const now = clock.now();
      await pages.render(response, 'sessions', {
        title: 'Your sign-in sessions',
        sessions: own.map((each) => sessionView(each, { connectorLabel, now })),
        isCut: own.length === MAXIMUM_LISTED_SESSIONS,
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

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** No more exact than a session's last use is known. */
function ago(then: Date, now: Date): string {
  const seconds = (now.getTime() - then.getTime()) / 1_000;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'less than a minute ago';
}
