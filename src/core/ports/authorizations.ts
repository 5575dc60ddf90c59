/**
 * What somebody allowed, and the tokens that hang on it: an application's own access, a person's token for scripts,
 * an AWS client that acts for a person. Ending an authorization ends all of its tokens, on every node.
 *
 * Every method throws BrokerError `store.unavailable` when the database cannot do it.
 */
import type { AuditEvent } from '../audit-event.ts';
import type { PersonKey, SignedInPerson, Standing } from '../principal.ts';
import type { OneTimeValue } from './stores.ts';

export const AUTHORIZATION_KINDS = [
  /** An application acts for itself. */
  'application',
  /** An application acts for a person whose own token it showed. */
  'on-behalf-of',
  /** A person's token for their own scripts. */
  'personal',
  /** A client of Identity Center's protocol: the AWS CLI, an SDK. */
  'identity-center',
  /** `aws login`: one role, refreshed by a key that only the client holds. */
  'aws-login',
] as const;
export type AuthorizationKind = (typeof AUTHORIZATION_KINDS)[number];

/** An access token is shown to use something; a refresh token, to get the next ones. */
export type TokenUse = 'access' | 'refresh';

export interface Authorization {
  /** Unguessable, but no secret: its owner ends it by this. */
  readonly id: string;
  readonly kind: AuthorizationKind;
  /** Of `application`, who acts; of `on-behalf-of`, who acts for the person. */
  readonly applicationId?: string;
  /** The person it acts for; absent for `application`. */
  readonly owner?: PersonKey;
  /** Of `on-behalf-of`: the person as their token said. The others ask the session, or the last sign-in. */
  readonly person?: SignedInPerson;
  /** `idHash` of the sign-in session in which it was allowed, and with which it ends. Personal tokens have none. */
  readonly sessionIdHash?: string;
  /** The client's or token's name, as its owner sees it. Decides nothing. */
  readonly label: string;
  readonly facts: AuthorizationFacts;
  readonly createdAt: Date;
  /** When it was last used, to about a minute. */
  readonly usedAt: Date;
  readonly expiresAt: Date;
}

export interface AuthorizationFacts {
  /** The only roles it is for, by id; absent for all that its principal may use. */
  readonly roles?: readonly string[];
  /** Of an application's: what of the catalogue it came from, as `proofId`. It ends with any of them. */
  readonly proofs?: readonly string[];
  /** The client it was given to, where clients register. */
  readonly clientId?: string;
  /** SHA-256 thumbprint (RFC 7638, base64url) of the key that refreshes it. */
  readonly keyThumbprint?: string;
  /** Where it was asked for. */
  readonly sourceIp?: string;
  readonly userAgent?: string;
}

export interface NewToken {
  readonly use: TokenUse;
  /** SHA-256 of the token, hex. */
  readonly idHash: string;
  readonly expiresAt: Date;
}

export interface FoundToken {
  readonly authorization: Authorization;
  readonly expiresAt: Date;
  /** When a refresh token was first exchanged for the next. */
  readonly replacedAt?: Date;
}

export interface AuthorizationStore {
  /**
   * Creates it with its first tokens, spends what it came from, and tells of it, all or nothing.
   *
   * @param start.request `idHash` of the approved authorization request that it comes from; spent with this.
   * @param start.standing what must still stand when it is created: who asks for it.
   * @throws BrokerError `code.spent` if a value was used before or the request is not approved (any more);
   *   `session.ended`, `token.invalid` if what it stands on is gone.
   */
  create(start: {
    readonly authorization: Authorization;
    readonly tokens: readonly NewToken[];
    readonly spend?: readonly OneTimeValue[];
    readonly request?: string;
    readonly standing?: Standing;
    readonly event: AuditEvent;
  }): Promise<void>;
  /** Neither expired nor ended at `now`; the caller looks after the session and the person. */
  findByToken(idHash: string, use: TokenUse, now: Date): Promise<FoundToken | undefined>;
  /**
   * The next tokens of a live authorization.
   *
   * @param next.replaces `idHash` of the refresh token that they come after; absent adds beside it.
   * @returns false if it has been replaced already, or the authorization has ended: nothing happened.
   */
  addTokens(
    id: string,
    next: { readonly tokens: readonly NewToken[]; readonly replaces?: string; readonly event: AuditEvent },
  ): Promise<boolean>;
  /** Moves `usedAt` forward. */
  touch(id: string, usedAt: Date): Promise<void>;
  /** @returns false when it had ended already; nothing is recorded then. */
  revoke(id: string, event: AuditEvent): Promise<boolean>;
  /**
   * What was shown for something that creates no authorization, told of by the event.
   *
   * @throws BrokerError `code.spent` if a value was used before.
   */
  spend(values: readonly OneTimeValue[], event?: AuditEvent): Promise<void>;
  /**
   * A person's, while neither they nor the session they end with have ended or expired, newest first, the newest
   * `MAXIMUM_LISTED_AUTHORIZATIONS`.
   *
   * @param kinds all where absent.
   */
  listOf(
    owner: PersonKey,
    now: Date,
    kinds?: readonly AuthorizationKind[],
  ): Promise<readonly Authorization[]>;
}

/** More than a person can tell apart. */
export const MAXIMUM_LISTED_AUTHORIZATIONS = 100;
