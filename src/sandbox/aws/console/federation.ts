/** `/federation`: credentials in, a sign-in token out; a sign-in token in, a console session out. */
import { timingSafeEqual } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { formOf, queryOf, readForm, type Pages } from '../../pages.ts';
import type { SandboxAws } from '../aws-server.ts';
import type { SessionClaims, Sessions } from '../sts/sessions.ts';
import type { ConsoleSessions } from './console-sessions.ts';
import { setConsoleCookie } from './cookie.ts';
import { landingPath } from './destination.ts';
import { INVALID_CREDENTIALS, signInFault } from './sign-in-rules.ts';

interface FederationOptions {
  readonly awsUrl: string;
  readonly aws: SandboxAws;
  readonly consoleSessions: ConsoleSessions;
  readonly pages: Pages;
}

const LONGEST_SESSION = 16_384;
const LONGEST_ADDRESS = 2_048;

export function federationRouter(options: FederationOptions): Router {
  const router = Router();
  router.get('/', (request, response) => dispatch(options, queryOf(request), response));
  router.post('/', readForm, (request, response) => dispatch(options, bothOf(request), response));
  return router;
}

/** AWS reads a POST's parameters from the form and from the address alike. */
function bothOf(request: Request): URLSearchParams {
  return new URLSearchParams([...queryOf(request), ...formOf(request)]);
}

function dispatch(
  options: FederationOptions,
  params: URLSearchParams,
  response: Response,
): Promise<void> | void {
  response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  switch (params.get('Action')) {
    case 'getSigninToken':
      getSigninToken(options, params, response);
      return;
    case 'login':
      return login(options, params, response);
    default:
      return options.pages.refuse(response, 400, 'Action must be getSigninToken or login.');
  }
}

function getSigninToken(options: FederationOptions, params: URLSearchParams, response: Response): void {
  const claims = openSession(options.aws.sessions, params.get('Session') ?? '');
  const sessionDuration = params.get('SessionDuration') ?? undefined;
  const fault =
    claims === undefined ? INVALID_CREDENTIALS : signInFault(claims, sessionDuration, options.aws.now());
  if (claims === undefined || fault !== undefined) {
    response
      .status(400)
      .type('text/plain')
      .send(`${fault ?? INVALID_CREDENTIALS}\n`);
    return;
  }
  const durationSeconds = sessionDuration === undefined ? undefined : Number(sessionDuration);
  response.json({ SigninToken: options.consoleSessions.newSigninToken({ claims, durationSeconds }) });
}

/** Undefined for everything that is not a complete, genuine set of temporary credentials. */
function openSession(sessions: Sessions, text: string): SessionClaims | undefined {
  const session = text.length > LONGEST_SESSION ? undefined : parseJson(text);
  if (typeof session !== 'object' || session === null) return undefined;
  const { sessionId, sessionKey, sessionToken } = session as Record<string, unknown>;
  if (typeof sessionId !== 'string' || typeof sessionKey !== 'string' || typeof sessionToken !== 'string') {
    return undefined;
  }
  const opened = sessions.open(sessionId, sessionToken);
  const [expected, given] = [Buffer.from(opened?.secretAccessKey.reveal() ?? ''), Buffer.from(sessionKey)];
  const isGenuine = expected.length === given.length && timingSafeEqual(expected, given);
  return isGenuine ? opened?.claims : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function login(options: FederationOptions, params: URLSearchParams, response: Response): Promise<void> {
  const destination = landingPath(params.get('Destination') ?? '', options.awsUrl);
  if (destination === undefined) {
    return options.pages.refuse(response, 400, 'Destination must be a page of the AWS console.');
  }
  const issuer = readIssuer(params.get('Issuer') ?? '');
  const cookie = options.consoleSessions.signIn(params.get('SigninToken') ?? '', issuer);
  if (cookie === undefined) {
    const reason = 'The sign-in link was used before, is older than 15 minutes, or is not one of ours.';
    return options.pages.render(response, 'console-ended', { reason, issuer: issuer?.href }, { status: 400 });
  }
  setConsoleCookie(response, cookie, options.awsUrl);
  response.redirect(303, destination);
}

/** Only ever shown as a link, so any web address will do. */
function readIssuer(text: string): URL | undefined {
  if (text.length > LONGEST_ADDRESS || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}
