/**
 * `aws login` in the browser: which client asks, and which of their roles the person gives it. Nothing is given by
 * looking: the person presses a role, and the client gets a code for that one.
 *
 * The way on to the client is a page that goes on, not a redirect: browsers hold our `form-action` against every
 * redirect that answers a form, and the client listens at a port of its own each time.
 */
import { Router, type Request, type Response } from 'express';
import type { AwsLogin } from '../../broker/aws-login.ts';
import { LOGIN_CODE_SECONDS } from '../../broker/aws-login-approval.ts';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { durationInWords } from '../../lib/duration-in-words.ts';
import { readField, readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { loginPage } from './aws-login-view.ts';
import { AUTHORIZE_PATH, CONFIRMATION_PATH, readLogin, type ReceivedLogin } from './login-request.ts';
import type { Pages } from './pages.ts';
import { accountView, roleLabel } from './role-view.ts';
import { searchOf } from './search-roles.ts';
import { requirePerson } from './signed-in.ts';

export interface AwsLoginRoutes {
  readonly baseUrl: string;
  readonly awsLogin: Pick<AwsLogin, 'approve' | 'decline'>;
  readonly awsClients: { readonly deviceCodes: boolean };
  readonly entitlements: EntitlementSource;
  readonly clock: Clock;
  readonly pages: Pages;
}

const CODE_LIFE = durationInWords(LOGIN_CODE_SECONDS);
const NOT_SAID = { hint: 'Go back, and say that you started this yourself: only you can know.' } as const;

export function awsLoginRoutes(routes: AwsLoginRoutes): Router {
  const { baseUrl, awsClients, entitlements, clock, pages } = routes;
  const settings = { baseUrl, ...awsClients };
  const router = Router();
  const answer = [
    readForm(),
    async (request: Request, response: Response) => {
      const login = readLogin((name) => readField(request, name), settings);
      if (readField(request, 'decision') === 'decline') await decline(routes, login, response);
      else await approve(routes, login, { request, response });
    },
  ];

  onlyMethods(router, AUTHORIZE_PATH, {
    async get(request, response) {
      const login = readLogin((name) => request.query[name], settings);
      const { principal } = requirePerson(response);
      const page = loginPage(login, {
        principal,
        entitlements: await entitlements.list(principal),
        ...searchOf(request.query),
        now: clock.now(),
        address: contextOf(response).origin.sourceIp,
      });
      await pages.render(response, 'aws-login', page);
    },
    post: answer,
  });

  // Where the client expects its person to be when the code is shown; posted to, so that no address holds the code.
  onlyMethods(router, CONFIRMATION_PATH, {
    get: (_request, response) => response.redirect(303, '/'),
    post: answer,
  });

  return router;
}

async function approve(
  { awsLogin, pages }: AwsLoginRoutes,
  login: ReceivedLogin,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<void> {
  const signedIn = requirePerson(response);
  const { state, redirectUri, onOtherDevice } = login;
  if (onOtherDevice && readField(request, 'startedByMe') !== 'yes')
    throw new BrokerError('request.malformed', NOT_SAID);
  const asked = { request: login, roleId: readField(request, 'role') ?? '' };
  const { code, role, account } = await awsLogin.approve(signedIn, asked, contextOf(response).origin);
  const result = new URLSearchParams({ state, code }).toString();
  await pages.render(response, 'aws-login-done', {
    title: onOtherDevice ? 'Your code for the AWS CLI' : 'Going back to the AWS CLI',
    given: { roleLabel: roleLabel(role), account: accountView({ account }) },
    href: onOtherDevice ? undefined : `${redirectUri}?${result}`,
    // Standard base64 with its padding: the client takes no other.
    code: onOtherDevice ? { text: Buffer.from(result).toString('base64'), life: CODE_LIFE } : undefined,
  });
}

/** A client on this machine is told at once; one elsewhere learns it by getting no code. */
async function decline(
  { awsLogin, pages }: AwsLoginRoutes,
  login: ReceivedLogin,
  response: Response,
): Promise<void> {
  await awsLogin.decline(requirePerson(response), login, contextOf(response).origin);
  const { state, redirectUri, onOtherDevice } = login;
  const result = new URLSearchParams({ error: 'access_denied', state }).toString();
  await pages.render(response, 'aws-login-done', {
    title: 'The AWS CLI gets nothing',
    given: undefined,
    href: onOtherDevice ? undefined : `${redirectUri}?${result}`,
    code: undefined,
  });
}
