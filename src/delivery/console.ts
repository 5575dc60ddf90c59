/** A sign-in to the AWS console: the credentials are traded for a token, and the token becomes an address. */
import { z } from 'zod';
import type { TemporaryCredentials } from '../core/credentials.ts';
import type { Permit } from '../core/decide-access.ts';
import { BrokerError } from '../core/errors.ts';
import type { Delivery } from '../core/ports/delivery.ts';
import { supportOf } from '../core/role-limits.ts';
import { HttpExchangeError, type HttpExchange, type HttpExchangeAnswer } from '../lib/http-exchange.ts';
import { consoleDestination, federationEndpointOf, type ConsoleEndpoints } from './console-addresses.ts';

export interface ConsoleOptions {
  /** An origin, without a trailing slash. */
  readonly baseUrl: string;
  readonly http: HttpExchange;
  readonly endpoints: ConsoleEndpoints;
}

const signinTokenAnswer = z.object({ SigninToken: z.string().regex(/^[\x21-\x7e]{1,16384}$/) });

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html */
export function createConsoleDelivery({ baseUrl, http, endpoints }: ConsoleOptions): Delivery<URL> {
  return {
    name: 'console',
    purpose: 'console',
    async deliver(credentials, permit) {
      const { partition } = permit.account;
      const destination = consoleDestination(permit.role.consoleDestination, partition, endpoints);
      const endpoint = federationEndpointOf(partition, endpoints);
      const signinToken = await fetchSigninToken(http, endpoint, tokenRequest(credentials, permit));
      const login = new URL(endpoint);
      login.search = new URLSearchParams({
        Action: 'login',
        // Where AWS sends people when the console session has ended: the role that they had.
        Issuer: `${baseUrl}/roles/${encodeURIComponent(permit.role.id)}`,
        Destination: destination.href,
        SigninToken: signinToken,
      }).toString();
      return login;
    },
  };
}

function tokenRequest(credentials: TemporaryCredentials, permit: Permit): URLSearchParams {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials.reveal();
  const session = { sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken };
  const parameters = new URLSearchParams({ Action: 'getSigninToken', Session: JSON.stringify(session) });
  const seconds = consoleSeconds(permit);
  if (seconds !== undefined) parameters.set('SessionDuration', String(seconds));
  return parameters;
}

/**
 * AWS lets the console session's length be chosen only for a role session that no other session made, and
 * refuses the request where it is given for any other. Those last as long as their credentials.
 */
function consoleSeconds({ role, chained, durationSeconds }: Permit): number | undefined {
  const { console: rule, operation } = supportOf(role);
  if (rule === 'never') {
    throw new BrokerError('console.unsupported', { detail: `${operation} credentials came to the console` });
  }
  return rule === 'session-duration' && !chained ? durationSeconds : undefined;
}

/** By POST: the session token in an address would be longer than servers take, and would be logged. */
async function fetchSigninToken(http: HttpExchange, url: URL, parameters: URLSearchParams): Promise<string> {
  const answer = await http
    .request({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: parameters.toString(),
    })
    .catch((error: unknown) => {
      if (error instanceof HttpExchangeError) throw unavailable(error.message);
      throw error;
    });
  return signinTokenOf(answer);
}

function signinTokenOf({ status, body }: HttpExchangeAnswer): string {
  if (status !== 200) throw unavailable(`getSigninToken answered ${status}`);
  const parsed = signinTokenAnswer.safeParse(json(body));
  // The answer itself is not told: with a broken shape around it, the token may still be in it.
  if (!parsed.success) throw unavailable('getSigninToken answered without a usable SigninToken');
  return parsed.data.SigninToken;
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unavailable(detail: string): BrokerError {
  return new BrokerError('federation.unavailable', { detail });
}
