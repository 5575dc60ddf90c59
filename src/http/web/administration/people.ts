/** Everybody who ever signed in; each of them; and what administrators may end. */
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Asker } from '../../../broker/administrators.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import { searchOf } from '../search-roles.ts';
import type { AdministrationRoutes } from './administration.ts';
import { askerOf } from './administrators-only.ts';
import { personRow, personView, type PersonPageFacts } from './person-view.ts';
import { readReason } from './read-reason.ts';
import { adminFrame } from './sections.ts';

export function peopleRoutes(routes: AdministrationRoutes): Router {
  const { pages, clock } = routes;
  const { people } = routes.administration;
  const router = Router();
  onlyMethods(router, '/admin/people', {
    async get(request, response) {
      const { query } = searchOf(request.query);
      const { cursor } = request.query;
      const wish = { text: query, ...(typeof cursor === 'string' ? { cursor } : {}) };
      const page = await people.list(askerOf(response), wish);
      const next = page.nextCursor;
      await pages.render(response, 'admin-people', {
        ...adminFrame(response, 'people'),
        title: 'People',
        query,
        people: page.people.map((known) => personRow(known, clock.now())),
        isFirst: wish.cursor === undefined,
        nextHref:
          next === undefined ? undefined : `?${new URLSearchParams({ q: query, cursor: next }).toString()}`,
      });
    },
  });
  onlyMethods(router, '/admin/people/:person', {
    async get(request, response) {
      const person = await people.read(askerOf(response), personIn(request));
      await pages.render(response, 'admin-person', {
        ...adminFrame(response, 'people'),
        ...personView(person, factsOf(routes, request, response)),
      });
    },
  });
  addChanges(router, routes);
  return router;
}

function factsOf({ clock }: AdministrationRoutes, request: Request, response: Response): PersonPageFacts {
  return { now: clock.now(), search: searchOf(request.query), asker: askerOf(response) };
}

/** Each leads back to the person, who then shows what is left. */
function addChanges(router: Router, { administration: { people } }: AdministrationRoutes): void {
  const change = (path: string, make: (asker: Asker, request: Request) => Promise<void>): void => {
    const post: RequestHandler = async (request, response) => {
      await make(askerOf(response), request);
      response.redirect(303, `/admin/people/${encodeURIComponent(personIn(request))}`);
    };
    onlyMethods(router, `/admin/people/:person/${path}`, { post });
  };
  change('disable', (asker, request) => people.disable(asker, personIn(request), readReason(request)));
  change('enable', (asker, request) => people.enable(asker, personIn(request), readReason(request)));
  change('sessions/end', (asker, request) => people.endAllSessions(asker, personIn(request)));
  change('sessions/:id/end', (asker, request) => people.endSession(asker, personIn(request), idIn(request)));
  change('tokens/:id/end', (asker, request) =>
    people.endAuthorization(asker, personIn(request), idIn(request)),
  );
}

function personIn({ params }: Request): string {
  return typeof params['person'] === 'string' ? params['person'] : '';
}

function idIn({ params }: Request): string {
  return typeof params['id'] === 'string' ? params['id'] : '';
}
