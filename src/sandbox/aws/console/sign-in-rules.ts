/**
 * Whose credentials the console takes, and how long its session lasts. Source: "Enabling custom identity
 * broker access to the AWS console" in the IAM User Guide.
 */
import type { SessionClaims } from '../sts/sessions.ts';

const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 43_200;
/** AWS says no more than this, whatever is wrong with credentials and SessionDuration together. */
export const INVALID_CREDENTIALS = 'Invalid credentials parameter';

/** AssumeRole with a user's own key, or straight from SAML or OpenID: not chained, so the length is a choice. */
const UNCHAINED: readonly SessionClaims['origin'][] = ['long-term-key', 'saml', 'web-identity'];

/** What is wrong with a getSigninToken request, or nothing. */
export function signInFault(
  claims: SessionClaims,
  sessionDuration: string | undefined,
  now: Date,
): string | undefined {
  if (claims.kind === 'user-session' || now.getTime() >= claims.expiresAt * 1000) return INVALID_CREDENTIALS;
  if (sessionDuration === undefined) return undefined;
  if (claims.kind !== 'assumed-role' || !UNCHAINED.includes(claims.origin)) return INVALID_CREDENTIALS;
  const seconds = /^\d{1,6}$/.test(sessionDuration) ? Number(sessionDuration) : 0;
  return seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS
    ? undefined
    : `SessionDuration must be from ${SHORTEST_SECONDS} to ${LONGEST_SECONDS}`;
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
