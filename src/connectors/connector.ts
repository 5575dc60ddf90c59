/**
 * The seam to identity providers. A connector wraps one Passport strategy, called without Passport sessions,
 * and turns what the provider proves into an Identity. It decides nothing about access, keeps no session
 * and stores nothing: flows, one-time values and sessions are the broker's.
 */
import type { Request, Response } from 'express';
import type { Identity } from '../core/principal.ts';
import type { OneTimeValue, SignInFlow } from '../core/ports/stores.ts';

/** What a provider proved, once. Only from verified bytes. */
export interface ProvenSignIn {
  readonly identity: Identity;
  /** When the person proved who they are, as the provider says; else now. */
  readonly authenticatedAt: Date;
  /** The assertion's or token's id: used only once, recorded with the new session. */
  readonly spend: readonly OneTimeValue[];
  /** The person's own ID token, for roles that pass it through. */
  readonly idToken?: string;
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
  /** Verifies the answer. @throws BrokerError `saml.*`, `oidc.*`, `idp.*` */
  finish(request: Request, flow: SignInFlow): Promise<ProvenSignIn>;
}

/** A connector whose provider wants to read ours: a SAML service provider's metadata. */
export interface PublishesMetadata {
  metadata(): Promise<string>;
}

export function publishesMetadata(connector: Connector): connector is Connector & PublishesMetadata {
  return 'metadata' in connector;
}

/** The catalogue's connectors, ready to use. */
export interface ConnectorRegistry {
  list(): Promise<readonly Connector[]>;
  find(id: string): Promise<Connector | undefined>;
}
