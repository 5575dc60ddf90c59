/**
 * Who is asking. An identity is (connector, subject); a group is (connector, exact value).
 * Display names and e-mail addresses are for showing: they never decide anything.
 */
export interface Identity {
  readonly connectorId: string;
  readonly subject: string;
  readonly displayName?: string;
  readonly email?: string;
  /** Exactly as they arrived: no trimming, no case folding, no normalisation. */
  readonly groups: readonly string[];
  /** Every attribute or claim that arrived as text, by its exact name. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/**
 * The stored fact that a principal's right to act hangs on. It is checked again in the transaction that
 * records an intent, so that what was revoked meanwhile hands out nothing.
 */
export interface Standing {
  readonly kind: 'sign-in-session' | 'access-token';
  /** SHA-256 of the cookie's or token's value, lower-case hex. */
  readonly idHash: string;
  /** Of an access token that was allowed in a sign-in session, and ends with it: that session. */
  readonly sessionIdHash?: string;
  /** Of an access token that acts without a session: whom the provider must not have refused since. */
  readonly person?: PersonKey;
}

/** A person, as (connector, subject). */
export interface PersonKey {
  readonly connectorId: string;
  readonly subject: string;
}

/** How and when a person proved who they are, by their identity provider's word. */
export interface Authentication {
  readonly at: Date;
  /** SAML AuthnContextClassRef; OpenID acr and amr. Exact values. */
  readonly contexts: readonly string[];
}

export interface SignedInPerson {
  readonly identity: Identity;
  readonly authentication: Authentication;
}

export interface UserPrincipal extends SignedInPerson {
  readonly kind: 'user';
  readonly standing: Standing;
  /** The id of the application that acts for the person, by the person's own token. */
  readonly actor?: string;
  /** The only roles, by id, that may be used this way; absent for all of the person's. */
  readonly onlyRoles?: readonly string[];
}

export interface ApplicationPrincipal {
  readonly kind: 'application';
  readonly id: string;
  readonly name: string;
  readonly standing: Standing;
  /** The only roles, by id, that its token is for; absent for all of the application's. */
  readonly onlyRoles?: readonly string[];
}

export type Principal = UserPrincipal | ApplicationPrincipal;

/** Somebody without what they act by: as much as mappings look at. */
export type Who =
  Pick<UserPrincipal, 'kind' | 'identity'> | Pick<ApplicationPrincipal, 'kind' | 'id' | 'name'>;

/** A stable, unambiguous name for audit records and hashes. Connector ids hold no colon. */
export function principalId(principal: Who): string {
  return principal.kind === 'user' ? personId(principal.identity) : `application:${principal.id}`;
}

export function personId({ connectorId, subject }: PersonKey): string {
  return `user:${connectorId}:${subject}`;
}

/** Whether what the principal showed is for this role at all; whether the role is theirs, mappings say. */
export function isFor(principal: Principal, roleId: string): boolean {
  return principal.onlyRoles?.includes(roleId) ?? true;
}

/** What pages and messages call the principal. Decides nothing. */
export function principalLabel(principal: Who): string {
  if (principal.kind === 'application') return principal.name;
  const { displayName, email, subject } = principal.identity;
  return displayName ?? email ?? subject;
}
