/**
 * The wizard of an installation that nobody administers yet; there is nothing at its addresses once somebody does. It
 * has a cookie of its own, beside the browser's session: whoever sets Daypass up signs in meanwhile as themselves, to
 * see what their provider really sends.
 */
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Asker } from '../../broker/administrators.ts';
import type { FirstRun } from '../../broker/first-run.ts';
import type { SignedIn } from '../../broker/sign-in-session.ts';
import type { SignOut } from '../../broker/sign-out.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Cookies } from '../cookies.ts';
import { readField, readForm } from '../middleware/bodies.ts';
import { csrfTokenOf, requireCsrfToken } from '../middleware/csrf-token.ts';
import { sameOriginOnly } from '../middleware/guard-request.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { administratorStep, providerStep, roleStep, type Step } from './first-run-steps.ts';
import { firstRunView } from './first-run-view.ts';
import type { Pages } from './pages.ts';
import { personOf } from './signed-in.ts';

export interface FirstRunRoutes {
  readonly baseUrl: string;
  readonly firstRun: FirstRun;
  readonly signOut: SignOut;
  readonly secretNames: readonly string[];
  readonly cookies: Cookies;
  readonly pages: Pages;
}

/** SAML metadata is pasted here, as an attribute's escaped text at worst. */
const FORM_LIMIT = '2mb';

export function firstRunRoutes(routes: FirstRunRoutes): Router {
  const { baseUrl, firstRun, cookies, pages } = routes;
  const router = Router();
  const open: RequestHandler = async (_request, _response, next) => {
    next((await firstRun.isOpen()) ? undefined : new BrokerError('request.not_found'));
  };
  router.use('/first-run', open, sameOriginOnly(baseUrl), ...requireCsrfToken(cookies.firstRun, FORM_LIMIT));

  onlyMethods(router, '/first-run', {
    async get(request, response) {
      const signedIn = await wizardOf(routes, request, response);
      if (signedIn !== undefined) {
        await showSteps(routes, { request, response, signedIn });
        return;
      }
      // A cookie that is over would ask the next form for its token.
      cookies.firstRun.clear(response);
      await pages.render(response, 'first-run-code', { title: 'Set up Daypass' });
    },
    post: [
      readForm(),
      async (request, response) => {
        const code = readField(request, 'code')?.trim() ?? '';
        const cookie = await firstRun.begin(code, contextOf(response).origin);
        cookies.firstRun.write(response, cookie, firstRun.sessionSeconds);
        response.redirect(303, '/first-run');
      },
    ],
  });

  const post = (path: string, step: Step): void => {
    onlyMethods(router, path, {
      post: [readForm(FORM_LIMIT), (request, response) => takeStep(routes, step, { request, response })],
    });
  };
  post('/first-run/provider', providerStep);
  post('/first-run/role', roleStep);
  post('/first-run/administrator', administratorStep);
  return router;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

async function wizardOf(
  { firstRun, cookies }: FirstRunRoutes,
  request: Request,
  response: Response,
): Promise<SignedIn | undefined> {
  const cookie = cookies.firstRun.read(request);
  return cookie === undefined ? undefined : firstRun.resume(cookie, contextOf(response).origin);
}

function askerOf({ principal }: SignedIn, response: Response): Asker {
  return { principal, origin: contextOf(response).origin };
}

async function takeStep(routes: FirstRunRoutes, step: Step, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const { firstRun, cookies, signOut } = routes;
  const signedIn = await wizardOf(routes, request, response);
  if (signedIn === undefined) {
    response.redirect(303, '/first-run');
    return;
  }
  try {
    const { reason, edit } = step(request, personOf(response)?.principal.identity);
    await firstRun.change(askerOf(signedIn, response), reason, edit);
  } catch (error) {
    if (!(error instanceof BrokerError) || error.kind !== 'bad-request') throw error;
    const problems = error.problems?.map(({ path, message }) => `${path.join('.')}: ${message}`);
    response.status(400);
    await showSteps(routes, { ...exchange, signedIn }, problems ?? [error.text]);
    return;
  }
  if (await firstRun.isOpen()) response.redirect(303, '/first-run');
  else {
    await signOut.end(signedIn, contextOf(response).origin);
    cookies.firstRun.clear(response);
    response.redirect(303, '/');
  }
}

async function showSteps(
  { firstRun, cookies, pages, baseUrl, secretNames }: FirstRunRoutes,
  { request, response, signedIn }: Exchange & { readonly signedIn: SignedIn },
  problems: readonly string[] = [],
): Promise<void> {
  const catalogue = await firstRun.read(askerOf(signedIn, response));
  await pages.render(response, 'first-run', {
    title: 'Set up Daypass',
    formToken: csrfTokenOf(cookies.firstRun.read(request) ?? ''),
    problems,
    ...firstRunView(catalogue, {
      baseUrl,
      secretNames,
      arrived: personOf(response)?.principal.identity,
      given: (name) => readField(request, name) ?? '',
    }),
  });
}
