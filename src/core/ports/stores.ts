/**
 * What the broker keeps, one port an aggregate. A method that changes something takes the event that tells
 * of it: both are committed in one transaction, before the promise resolves.
 *
 * Every method throws BrokerError `store.unavailable` when the database cannot do it.
 */
import type { AuditEvent } from '../audit-event.ts';
import type { CatalogueDifference } from '../catalogue-difference.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Authentication, Identity, PersonKey, Standing } from '../principal.ts';
import type { AuditSink } from './audit-sink.ts';
import type { AuthorizationRequestStore } from './authorization-requests.ts';
import type { AuthorizationStore } from './authorizations.ts';
import type { ChangeProposalStore, ProposalDecision } from './change-proposals.ts';
import type { PeopleStore } from './people.ts';
import type { RoleCheckStore } from './role-checks.ts';

export interface StoredCatalogue {
  readonly version: number;
  readonly catalogue: Catalogue;
  /** SHA-256 of the seed it came from, hex; undefined once somebody has changed it since. */
  readonly seedHash: string | undefined;
}

/** Who made a version of the catalogue, as `principalId()`, and why, in their words. */
export interface CatalogueAuthorship {
  readonly author: string;
  readonly reason: string;
  /** Who else said yes, where that was needed; as `principalId()`. */
  readonly approvedBy?: string;
}

/** What of a proposal is closed in the transaction that applies it. */
export interface CatalogueApproval {
  readonly proposalId: string;
  /** Must neither be disabled nor refused by their provider. */
  readonly author: PersonKey;
  readonly decision: ProposalDecision;
}

/** One version as lists tell of it; the seed has no author. */
export interface CatalogueVersion extends Partial<CatalogueAuthorship> {
  readonly version: number;
  readonly at: Date;
}

export interface CatalogueStore {
  /** 0 when there is none. Cheap: asked on every decision. */
  version(): Promise<number>;
  /** The newest, or the one that is named; what it has in common with `known` is not judged again. */
  load(version?: number, known?: Catalogue): Promise<StoredCatalogue | undefined>;
  /** What a version changed, as it was saved with it; undefined where that is not kept. */
  difference(version: number): Promise<CatalogueDifference | undefined>;
  /** Of a version with which none is kept yet; what is kept stays. */
  keepDifference(version: number, difference: CatalogueDifference): Promise<void>;
  /** Newest first, below `before`; the newest `MAXIMUM_LISTED_VERSIONS` of them. */
  list(before?: number): Promise<readonly CatalogueVersion[]>;
  /**
   * @param change.standing what must still hold of the author in the same transaction.
   * @returns the new version.
   * @throws BrokerError `catalogue.stale` when `expectedVersion` is no longer the newest; `session.ended` or
   *   `token.invalid` when the standing is gone; `proposal.author` and `proposal.closed` for an approval.
   */
  save(change: {
    readonly catalogue: Catalogue;
    readonly expectedVersion: number;
    /** From the version before it. */
    readonly difference?: CatalogueDifference;
    readonly seedHash?: string;
    readonly authorship?: CatalogueAuthorship;
    readonly standing?: Standing;
    readonly approval?: CatalogueApproval;
    readonly event: AuditEvent;
  }): Promise<number>;
}

export const MAXIMUM_LISTED_VERSIONS = 100;

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
  /** What the sign-in must be, beyond what the connector asks of every one. */
  readonly demand?: SignInDemand;
  /**
   * `idHash` of the session that the browser had when it left: it ends when the new one begins. Known only then,
   * because the answer may be another site's POST, which comes without the session's cookie.
   */
  readonly replaces?: string;
  readonly expiresAt: Date;
}

/** A role's wish for a fresh or a stronger sign-in, on its way through the identity provider. */
export interface SignInDemand {
  /** The person must prove who they are after this moment. */
  readonly after?: Date;
  /** One of these authentication contexts must be the sign-in's; empty for any. */
  readonly contexts: readonly string[];
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
  readonly authentication: Authentication;
  /** When the identity provider last confirmed the person: at sign-in, or later where it can be asked. */
  readonly confirmedAt: Date;
  /** Where the sign-in came from, for the person to recognise it. */
  readonly sourceIp?: string;
  readonly userAgent?: string;
  /** The person's own ID token, where the connector keeps it for pass-through; stored encrypted. */
  readonly idToken?: string;
  /** The provider's own name for its session: SAML SessionIndex, OpenID sid. Kept as a hash, so never read back. */
  readonly providerSession?: string;
  /** What the connector needs to renew or end the session at its provider; stored encrypted. */
  readonly connectorState?: Readonly<Record<string, string>>;
}

/**
 * Sessions of one connector: of a person, of a session of the provider's, or both. Never of everybody. With both, the
 * person's sessions that came without the provider's name for them are meant too: they cannot be told apart.
 */
export type SessionSelector = { readonly connectorId: string; readonly exceptIdHash?: string } & (
  | { readonly subject: string; readonly providerSession?: string }
  | { readonly subject?: string; readonly providerSession: string }
);

/** Something that may be used only once, remembered until it could not be used anyway. */
export interface OneTimeValue {
  /** Names the kind and its issuer, e.g. `saml-assertion https://idp.example/metadata`. */
  readonly scope: string;
  readonly value: string;
  readonly expiresAt: Date;
}

export interface SignInSessionStore {
  /**
   * Ends the flow, spends the one-time values, creates the session and keeps the person as they are now, all or
   * nothing. A sign-in that the provider started has no flow.
   *
   * @throws BrokerError `sign_in.replayed` if the flow or a value was used before, `sign_in.disabled`.
   */
  create(start: {
    readonly session: SignInSession;
    readonly flowId: string | undefined;
    readonly spend: readonly OneTimeValue[];
    readonly event: AuditEvent;
  }): Promise<void>;
  /** Neither revoked nor expired nor idle for too long at `now`: what a browser's cookie needs. */
  find(idHash: string, now: Date): Promise<SignInSession | undefined>;
  /** Not revoked and within its absolute life at `now`, however long its browser has been idle. */
  findStanding(idHash: string, now: Date): Promise<SignInSession | undefined>;
  /** Moves `seenAt` and `idleExpiresAt`; never brings back a revoked session. */
  touch(idHash: string, seenAt: Date, idleExpiresAt: Date): Promise<void>;
  revoke(idHash: string, event: AuditEvent): Promise<void>;
  /** A person's live sessions, newest first, the newest `MAXIMUM_LISTED_SESSIONS`; without what is sealed. */
  listOf(
    person: { readonly connectorId: string; readonly subject: string },
    now: Date,
  ): Promise<readonly SignInSession[]>;
  /**
   * Revokes every live session that fits, and spends the one-time values with it, all or nothing.
   *
   * @returns how many there were; `sessions` in the event's detail is the same number.
   * @throws BrokerError `sign_in.replayed` if a value was used before.
   */
  revokeWhere(selector: SessionSelector, spend: readonly OneTimeValue[], event: AuditEvent): Promise<number>;
  /**
   * True for one caller alone, on all nodes, of those who find that the live session was confirmed too long ago.
   * From then on it counts as confirmed at `countsAs`, so that others ask again soon should this caller not come back.
   */
  claimConfirmation(
    idHash: string,
    claim: { readonly confirmedBefore: Date; readonly countsAs: Date },
  ): Promise<boolean>;
  /**
   * What the provider says anew of a live session's person.
   *
   * @returns false when the session has been revoked meanwhile: it stays so, and nothing is recorded.
   */
  confirm(
    idHash: string,
    confirmed: ConfirmedSession & Pick<SignInSession, 'confirmedAt'>,
    event: AuditEvent | undefined,
  ): Promise<boolean>;
}

/** More than a person can tell apart. */
export const MAXIMUM_LISTED_SESSIONS = 100;

export type ConfirmedSession = Pick<SignInSession, 'identity' | 'idToken' | 'connectorState'>;

/** A bucket that holds `burst` and fills by `perMinute`. */
export interface RateLimit {
  readonly burst: number;
  readonly perMinute: number;
}

export interface Taken {
  /** Until there is one again; 0 when one was taken. */
  readonly waitSeconds: number;
  /** How many the bucket still holds. */
  readonly left: number;
}

/** Shared by all nodes, and kept over restarts. */
export interface RateLimitStore {
  /** Takes one from the bucket of `key`. */
  take(key: string, limit: RateLimit, now: Date): Promise<Taken>;
}

/** The first two prove what the broker says to AWS; the others are its own as SAML service provider. */
export type SigningKeyUse = 'saml' | 'web-identity' | 'sp-signing' | 'sp-encryption';

/** One of the broker's own keys. The private part is stored encrypted under the master key. */
export interface SigningKey {
  readonly id: string;
  readonly use: SigningKeyUse;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  /** SPKI PEM for `web-identity`; X.509 PEM for the others. */
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
  /** The newest refused sign-ins of all nodes, newest first. */
  refusedSignIns(limit: number): Promise<readonly AuditEvent[]>;
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
  readonly changeProposals: ChangeProposalStore;
  readonly signInFlows: SignInFlowStore;
  readonly signInSessions: SignInSessionStore;
  readonly rateLimits: RateLimitStore;
  readonly authorizations: AuthorizationStore;
  readonly authorizationRequests: AuthorizationRequestStore;
  readonly people: PeopleStore;
  readonly signingKeys: SigningKeyStore;
  readonly roleCheckStore: RoleCheckStore;
  readonly audit: AuditStore;
  /** One trivial write and read; for `/readyz`. */
  ping(): Promise<void>;
  /** Drops what has expired. Called now and then by main. */
  sweep(now: Date): Promise<void>;
  close(): Promise<void>;
}
