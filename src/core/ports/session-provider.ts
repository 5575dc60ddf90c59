import type { ConfirmedSession, SignInSession } from './stores.ts';

/** The identity provider behind a sign-in session, asked again after the sign-in. */
export interface SessionProvider {
  /** How old its last word may become, in seconds; undefined for sessions that it cannot be asked about. */
  confirmationSeconds(session: SignInSession): Promise<number | undefined>;
  /**
   * @returns what it says of the person now; undefined when it no longer signs them in.
   * @throws BrokerError `idp.*` when it could not be asked.
   */
  confirm(session: SignInSession): Promise<ConfirmedSession | undefined>;
}
