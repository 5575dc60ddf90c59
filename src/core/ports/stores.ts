/**
 * What the broker keeps, one port an aggregate. A method that changes something takes the event that tells
 * of it: both are committed in one transaction, before the promise resolves.
 *
 * Every method throws BrokerError `store.unavailable` when the database cannot do it.
 */
import type { AuditEvent } from '../audit-event.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Identity } from '../principal.ts';
import type { AuditSink } from './audit-sink.ts';

export interface StoredCatalogue {
  readonly version: number;
  readonly catalogue: Catalogue;
  /** SHA-256 of the seed it came from, hex; undefined once somebody has changed it since. */
  readonly seedHash: string | undefined;
}

export interface CatalogueStore {
  /** 0 when there is none. Cheap: asked on every decision. */
  version(): Promise<number>;
  load(): Promise<StoredCatalogue | undefined>;
  /**
   * @returns the new version.
   * @throws BrokerError `request.malformed` when `expectedVersion` is no longer the newest.
   */
  save(change: {
    readonly catalogue: Catalogue;
    readonly expectedVersion: number;
    readonly seedHash?: string;
    readonly event: AuditEvent;
  }): Promise<number>;
}

/** A sign-in on its way to an identity provider and back, bound to one browser. */
export interface SignInFlow {
  /** Unguessable; travels as `state` or RelayState. */
  readonly id: string;
  /** SHA-256 of the browser's flow cookie, hex. */
  readonly browserHash: string;
  readonly connectorId: string;
  /** A path of ours. */
  readonly returnTo: string;
  /** What the connector must see again: request id, nonce, code verifier. */
  readonly values: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface SignInFlowStore {
  create(flow: SignInFlow): Promise<void>;
  /** Does not consume: junk that carries a victim's flow id must not end the victim's sign-in. */
  find(id: string, now: Date): Promise<SignInFlow | undefined>;
}

export interface SignInSession {
  /** SHA-256 of the cookie's value, hex. */
  readonly idHash: string;
  readonly identity: Identity;
  readonly createdAt: Date;
  /** When the person last did something, to about a minute. */
  readonly seenAt: Date;
  readonly idleExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
  /** When the identity provider says the person proved who they are. */
  readonly authenticatedAt: Date;
  /** The person's own ID token, where the connector keeps it for pass-through; stored encrypted. */
  readonly idToken?: string;
}

/** Something that may be used only once, remembered until it could not be used anyway. */
export interface OneTimeValue {
  /** Names the kind and its issuer, e.g. `saml-assertion https://idp.example/metadata`. */
  readonly scope: string;
  readonly value: string;
  readonly expiresAt: Date;
}

export interface SignInSessionStore {
  /**
   * Ends the flow, spends the one-time values and creates the session, all or nothing.
   *
   * @throws BrokerError `sign_in.replayed` if the flow or a value was used before.
   */
  create(start: {
    readonly session: SignInSession;
    readonly flowId: string;
    readonly spend: readonly OneTimeValue[];
    readonly event: AuditEvent;
  }): Promise<void>;
  /** Neither revoked nor expired at `now`. */
  find(idHash: string, now: Date): Promise<SignInSession | undefined>;
  /** Moves `seenAt` and `idleExpiresAt`; never brings back a revoked session. */
  touch(idHash: string, seenAt: Date, idleExpiresAt: Date): Promise<void>;
  revoke(idHash: string, event: AuditEvent): Promise<void>;
}

export interface AccessToken {
  /** SHA-256 of the token, hex. */
  readonly idHash: string;
  readonly applicationId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface AccessTokenStore {
  create(token: AccessToken, event: AuditEvent): Promise<void>;
  find(idHash: string, now: Date): Promise<AccessToken | undefined>;
}

export type SigningKeyUse = 'saml' | 'web-identity';

/** One of the broker's own keys. The private part is stored encrypted under the master key. */
export interface SigningKey {
  readonly id: string;
  readonly use: SigningKeyUse;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  /** X.509 PEM for `saml`; SPKI PEM for `web-identity`. */
  readonly publicPart: string;
  readonly createdAt: Date;
  /** From when it signs; published before, so that others know it in time. */
  readonly activeAt: Date;
  /** From when it neither signs nor is published. */
  readonly retiredAt: Date | undefined;
}

export interface SigningKeyStore {
  list(use: SigningKeyUse): Promise<readonly SigningKey[]>;
  /** @throws BrokerError `request.malformed` if a key of this use with the same `activeAt` exists (another node was first). */
  add(key: SigningKey, event: AuditEvent): Promise<void>;
  retire(id: string, retiredAt: Date, event: AuditEvent): Promise<void>;
}

export interface StoredAuditEvent {
  readonly chain: string;
  readonly sequence: number;
  /** SHA-256, hex, over the row's canonical text and the previous row's hash. */
  readonly hash: string;
  readonly event: AuditEvent;
}

export interface AuditStore extends AuditSink {
  /** Newest first, of one chain (this node's own where none is named); `before` is a sequence of it. */
  list(page: {
    readonly chain?: string;
    readonly before?: number;
    readonly limit: number;
  }): Promise<readonly StoredAuditEvent[]>;
  /** Walks every chain; names the first row that does not fit, or the first that is missing at the end. */
  verify(): Promise<{
    readonly rows: number;
    readonly firstBadSequence: number | undefined;
    readonly firstBadChain?: string;
  }>;
}

/** Everything with a database behind it, and that database's life. */
export interface Stores {
  readonly catalogue: CatalogueStore;
  readonly signInFlows: SignInFlowStore;
  readonly signInSessions: SignInSessionStore;
  readonly accessTokens: AccessTokenStore;
  readonly signingKeys: SigningKeyStore;
  readonly audit: AuditStore;
  /** One trivial write and read; for `/readyz`. */
  ping(): Promise<void>;
  /** Drops what has expired. Called now and then by main. */
  sweep(now: Date): Promise<void>;
  close(): Promise<void>;
}
