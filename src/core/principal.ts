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
}

/** How and when a person proved who they are, by their identity provider's word. */
export interface Authentication {
  readonly at: Date;
  /** SAML AuthnContextClassRef; OpenID acr and amr. Exact values. */
  readonly contexts: readonly string[];
}

export interface UserPrincipal {
  readonly kind: 'user';
  readonly identity: Identity;
  readonly authentication: Authentication;
  readonly standing: Standing;
}

export interface ApplicationPrincipal {
  readonly kind: 'application';
  readonly id: string;
  readonly name: string;
  readonly standing: Standing;
}

export type Principal = UserPrincipal | ApplicationPrincipal;

/** A stable, unambiguous name for audit records and hashes. Connector ids hold no colon. */
export function principalId(principal: Principal): string {
  return principal.kind === 'user'
    ? `user:${principal.identity.connectorId}:${principal.identity.subject}`
    : `application:${principal.id}`;
}

/** What pages and messages call the principal. Decides nothing. */
export function principalLabel(principal: Principal): string {
  if (principal.kind === 'application') return principal.name;
  const { displayName, email, subject } = principal.identity;
  return displayName ?? email ?? subject;
}
