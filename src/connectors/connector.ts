/**
 * The seam to identity providers. A connector wraps one Passport strategy, called without Passport sessions,
 * and turns what the provider proves into an Identity. It decides nothing about access, keeps no session
 * and stores nothing: flows, one-time values and sessions are the broker's.
 */
import type { Request, Response } from 'express';
import type { ConnectorStatus } from '../core/ports/connector-status.ts';
import type { Authentication, Identity, SignedInPerson } from '../core/principal.ts';
import type {
  ConfirmedSession,
  OneTimeValue,
  SessionSelector,
  SignInFlow,
  SignInSession,
} from '../core/ports/stores.ts';

/** What a provider proved, once. Only from verified bytes. */
export interface ProvenSignIn {
  readonly identity: Identity;
  /** As the provider says; the moment of the answer where it does not say when. */
  readonly authentication: Authentication;
  /** The assertion's or token's id: used only once, recorded with the new session. */
  readonly spend: readonly OneTimeValue[];
  /** The person's own ID token, for roles that pass it through. */
  readonly idToken?: string;
  /** The provider's own name for its session, by which it may end it: SAML SessionIndex, OpenID sid. */
  readonly providerSession?: string;
  /** When the provider wants the session that comes of it to be over, where it says so. */
  readonly endsAt?: Date;
  /** What this connector needs to renew or end the session at its provider. Kept encrypted. */
  readonly connectorState?: Readonly<Record<string, string>>;
}

export interface Connector {
  readonly id: string;
  readonly kind: 'saml' | 'oidc';
  readonly label: string;
  /** Fresh one-time values to remember for one sign-in: request id; state, nonce and code verifier. */
  newFlowValues(): Readonly<Record<string, string>>;
  /** Sends the browser to the identity provider. @throws BrokerError `idp.unavailable`, `idp.timeout` */
  start(request: Request, response: Response, flow: SignInFlow): Promise<void>;
  /** Which flow a message claims to answer; unverified, only for looking it up. */
  flowIdOf(request: Request): string | undefined;
  /** Verifies the answer, and that it is what `flow.demand` asks for. @throws BrokerError `saml.*`, `oidc.*`, `idp.*` */
  finish(request: Request, flow: SignInFlow): Promise<ProvenSignIn>;
}

/** A connector whose provider may start a sign-in: a SAML one that is told to. */
export interface TakesUnsolicited {
  /** @throws BrokerError `saml.*`; `saml.no_flow` while the settings do not allow it. */
  finishUnsolicited(request: Request): Promise<ProvenSignIn>;
}

export function takesUnsolicited(connector: Connector): connector is Connector & TakesUnsolicited {
  return 'finishUnsolicited' in connector;
}

/** A connector that can end its provider's session with ours. */
export interface EndsProviderSession {
  /**
   * Where the browser goes to sign out at the provider too; undefined where it has no such place.
   * The provider sends it back to `/signed-out`, by way of the connector's logout address if it has one.
   */
  logoutUrl(session: SignInSession): Promise<string | undefined>;
}

export function endsProviderSession(connector: Connector): connector is Connector & EndsProviderSession {
  return 'logoutUrl' in connector;
}

/** What a provider's verified word ends. */
export interface ProviderLogout {
  readonly sessions: SessionSelector;
  /** The message's id: used only once. */
  readonly spend: readonly OneTimeValue[];
}

/** OpenID Connect Back-Channel Logout 1.0: the provider calls us. */
export interface HearsBackChannelLogout {
  /** @throws BrokerError `oidc.logout_token`, `idp.*` */
  hearBackChannelLogout(logoutToken: string): Promise<ProviderLogout>;
}

export function hearsBackChannelLogout(
  connector: Connector,
): connector is Connector & HearsBackChannelLogout {
  return 'hearBackChannelLogout' in connector;
}

/** SAML single logout (profiles section 4.4), through the browser. */
export interface HearsBrowserLogout {
  /**
   * Verifies a message at the logout address: the provider's request to sign a person out, or its answer to ours.
   *
   * @throws BrokerError `saml.*`
   */
  hearLogout(request: Request): Promise<HeardLogout>;
}

export type HeardLogout =
  | {
      readonly kind: 'request';
      readonly logout: ProviderLogout;
      /** Where the browser takes our signed answer, once the sessions have ended; undefined where it cannot. */
      readonly answerUrl: string | undefined;
    }
  | { readonly kind: 'answer' };

export function hearsBrowserLogout(connector: Connector): connector is Connector & HearsBrowserLogout {
  return 'hearLogout' in connector;
}

/** A connector that can ask its provider whether a person may still sign in. */
export interface ConfirmsSession {
  /** How old the provider's last word may become, in seconds; undefined for sessions that cannot be confirmed. */
  confirmationSeconds(session: SignInSession): number | undefined;
  /**
   * @returns what the provider says of the person now; undefined when it no longer signs them in.
   * @throws BrokerError `idp.*` when it could not be asked; the session goes on.
   */
  confirm(session: SignInSession): Promise<ConfirmedSession | undefined>;
}

export function confirmsSession(connector: Connector): connector is Connector & ConfirmsSession {
  return 'confirm' in connector;
}

/** A connector whose people's tokens an application may show for them. */
export interface ReadsSubjectToken {
  /** @throws BrokerError `oidc.*`, `idp.*` */
  readSubjectToken(
    token: string,
    audiences: readonly string[],
  ): Promise<{ readonly person: SignedInPerson; readonly expiresAt: Date }>;
}

export function readsSubjectToken(connector: Connector): connector is Connector & ReadsSubjectToken {
  return 'readSubjectToken' in connector;
}

/** A connector whose provider wants to read ours: a SAML service provider's metadata. */
export interface PublishesMetadata {
  metadata(): Promise<string>;
}

export function publishesMetadata(connector: Connector): connector is Connector & PublishesMetadata {
  return 'metadata' in connector;
}

/** A connector that reads what its provider publishes. */
export interface FollowsProvider {
  /** Reads again what has grown old, before a sign-in has to wait for it. Never throws. */
  refreshDue(): Promise<void>;
}

export function followsProvider(connector: Connector): connector is Connector & FollowsProvider {
  return 'refreshDue' in connector;
}

/** A connector that can tell what it holds of its provider, for administrators. */
export interface ReportsStatus {
  /** Asks nobody. */
  status(): Promise<ConnectorStatus>;
}

export function reportsStatus(connector: Connector): connector is Connector & ReportsStatus {
  return 'status' in connector;
}

/** The catalogue's connectors, ready to use. */
export interface ConnectorRegistry {
  list(): Promise<readonly Connector[]>;
  find(id: string): Promise<Connector | undefined>;
}
