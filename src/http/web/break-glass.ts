/** The administrators' door while no identity provider answers. Where the configuration names no secret, it is not there. */
import { Router } from 'express';
import type { BreakGlass } from '../../broker/break-glass.ts';
import type { SignOut } from '../../broker/sign-out.ts';
import type { Cookies } from '../cookies.ts';
import { readField, readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { Pages } from './pages.ts';
import { personOf } from './signed-in.ts';

export interface BreakGlassRoutes {
  readonly breakGlass: BreakGlass | undefined;
  readonly signOut: SignOut;
  readonly cookies: Cookies;
  readonly pages: Pages;
}

export function breakGlassRoutes({ breakGlass, signOut, cookies, pages }: BreakGlassRoutes): Router {
  const router = Router();
  if (breakGlass === undefined) return router;
  onlyMethods(router, '/break-glass', {
    async get(_request, response) {
      await pages.render(response, 'break-glass', {
        title: 'Break-glass',
        minutes: Math.round(breakGlass.sessionSeconds / 60),
      });
    },
    post: [
      readForm(),
      async (request, response) => {
        const { origin } = contextOf(response);
        const cookie = await breakGlass.open(readField(request, 'secret')?.trim() ?? '', origin);
        // The browser's session before would go on wherever its cookie was copied to.
        const previous = personOf(response);
        if (previous !== undefined) await signOut.end(previous, origin);
        cookies.session.write(response, cookie, breakGlass.sessionSeconds);
        response.redirect(303, '/admin');
      },
    ],
  });
  return router;
}
