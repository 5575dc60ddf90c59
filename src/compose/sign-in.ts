/** How people come in, stay in and leave. */
import type { Logger } from 'pino';
import type { AppParts } from '../app.ts';
import { createBreakGlass, type BreakGlass } from '../broker/break-glass.ts';
import { createConfirmSession } from '../broker/confirm-session.ts';
import { createOwnSessions } from '../broker/own-sessions.ts';
import type { RateLimits } from '../broker/rate-limits.ts';
import { createSignInSessions, type SessionLife } from '../broker/sign-in-session.ts';
import { createSignIn } from '../broker/sign-in.ts';
import { createSignOut } from '../broker/sign-out.ts';
import type { Config } from '../config/config.ts';
import type { ConnectorRegistry } from '../connectors/connector.ts';
import { createSessionProvider } from '../connectors/session-provider.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Stores } from '../core/ports/stores.ts';

interface SignInParts {
  readonly clock: Clock;
  readonly connectors: ConnectorRegistry;
  readonly logger: Logger;
  readonly life: SessionLife;
  readonly limits: RateLimits;
}

export function signInOf(
  { signInSessions, signInFlows, people, audit }: Stores,
  { clock, connectors, logger, life, limits }: SignInParts,
): Pick<AppParts, 'sessions' | 'signIn' | 'signOut' | 'ownSessions'> {
  const confirmSession = createConfirmSession({
    store: signInSessions,
    people,
    provider: createSessionProvider(connectors),
    clock,
    report: ({ code, detail }) => logger.warn({ code, detail }, 'a sign-in session could not be confirmed'),
  });
  return {
    sessions: createSignInSessions({ store: signInSessions, clock, life, confirmSession }),
    signIn: createSignIn({ flows: signInFlows, sessions: signInSessions, audit, clock, life, limits }),
    signOut: createSignOut({ sessions: signInSessions, audit, clock, limits }),
    ownSessions: createOwnSessions(signInSessions, clock),
  };
}

export function breakGlassOf(
  { breakGlass: settings }: Config,
  stores: Stores,
  { clock, logger }: Pick<SignInParts, 'clock' | 'logger'>,
): BreakGlass | undefined {
  const alarm = (facts: object, message: string): void => {
    logger.error({ alarm: 'break-glass', ...facts }, message);
  };
  return createBreakGlass({ ...stores, settings, clock, alarm });
}
