/** `Action=login`: the browser brings the sign-in token and gets a console session. */
import { enterConsole, isSignedIn } from './browser-session.ts';
import type { ConsoleContext } from './console-context.ts';
import { landingPath } from './destination.ts';
import { askToLogOut } from './must-log-out.ts';
import type { SignInExchange } from './sign-in-exchange.ts';

const LONGEST_ADDRESS = 2_048;

export async function login(context: ConsoleContext, exchange: SignInExchange): Promise<void> {
  const { awsUrl, consoleSessions, pages } = context;
  const { request, response, parameters } = exchange;
  const destination = landingPath(parameters.get('Destination') ?? '', awsUrl);
  if (destination === undefined) {
    return pages.refuse(response, 400, 'Destination must be a page of the AWS console.');
  }
  const issuer = readIssuer(parameters.get('Issuer') ?? '');
  const token = parameters.get('SigninToken') ?? '';
  const grant = consoleSessions.peek(token);
  if (grant === undefined) {
    const reason = 'The sign-in link was used before, is older than 15 minutes, or is not one of ours.';
    return pages.render(response, 'console-ended', { reason, issuer: issuer?.href }, { status: 400 });
  }
  if (isSignedIn(context, request)) {
    // The token is not used yet: the same login works once the other session is left.
    const next = { claims: grant.claims, address: logoutThenLogin(awsUrl, parameters) };
    return askToLogOut(context, request, response, next);
  }
  // Nothing is waited for since the token was looked at, so that two logins at once cannot both use it.
  consoleSessions.spend(token);
  enterConsole(context, request, response, {
    ...grant,
    door: 'federation',
    issuer,
    landingPath: destination,
  });
}

function logoutThenLogin(awsUrl: string, login: URLSearchParams): string {
  const query = new URLSearchParams({
    Action: 'logout',
    redirect_uri: `${awsUrl}/federation?${login.toString()}`,
  });
  return `/oauth?${query.toString()}`;
}

/** Only ever shown as a link, so any web address will do. */
function readIssuer(text: string): URL | undefined {
  if (text.length > LONGEST_ADDRESS || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}
