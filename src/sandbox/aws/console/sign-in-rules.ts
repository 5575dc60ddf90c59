/**
 * Whose credentials the console takes, and how long its session lasts. Source: "Enabling custom identity
 * broker access to the AWS console" in the IAM User Guide.
 */
import { AwsError } from '../wire/aws-error.ts';
import type { SessionClaims } from '../sts/sessions.ts';

const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 43_200;

/** AssumeRole with a user's own key, or straight from SAML or OpenID: not chained, so the length is a choice. */
const UNCHAINED: readonly SessionClaims['origin'][] = ['long-term-key', 'saml', 'web-identity'];

/** AWS says no more than this, whatever is wrong with the credentials or with them and SessionDuration together. */
export function invalidCredentials(detail: string): AwsError {
  return new AwsError('InvalidCredentials', 'Invalid credentials parameter', 400, detail);
}

/**
 * The console session's length that a getSigninToken request asks for, undefined where it asks for none.
 *
 * @throws AwsError where these credentials cannot sign in, or not for so long
 */
export function readSessionDuration(
  claims: SessionClaims,
  sessionDuration: string | undefined,
  now: Date,
): number | undefined {
  if (claims.kind === 'user-session') {
    throw invalidCredentials('credentials of GetSessionToken cannot sign in to the console');
  }
  if (now.getTime() >= claims.expiresAt * 1000) throw invalidCredentials('the credentials have expired');
  if (sessionDuration === undefined) return undefined;
  if (claims.kind === 'federated-user') {
    throw invalidCredentials(
      'SessionDuration is not for credentials of GetFederationToken: the console session lasts as long as they do',
    );
  }
  if (!UNCHAINED.includes(claims.origin)) {
    throw invalidCredentials(
      'SessionDuration is not for a role that was assumed with temporary credentials: leave it out',
    );
  }
  const seconds = /^\d{1,6}$/.test(sessionDuration) ? Number(sessionDuration) : 0;
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds;
  const message = `SessionDuration must be from ${SHORTEST_SECONDS} to ${LONGEST_SECONDS}`;
  throw new AwsError('InvalidSessionDuration', message, 400);
}

/**
 * When a console session ends that begins now. With SessionDuration it outlives short credentials, as it does
 * at AWS; without, it lasts as long as they do.
 */
export function consoleSessionEnd(
  claims: SessionClaims,
  sessionDurationSeconds: number | undefined,
  now: Date,
): Date {
  return sessionDurationSeconds === undefined
    ? new Date(claims.expiresAt * 1000)
    : new Date(now.getTime() + sessionDurationSeconds * 1000);
}
