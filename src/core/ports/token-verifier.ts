/** Signed tokens (JWTs) of others: of an application's own, or of the platform that it runs on. */
import type { PublicKey } from '../application-schema.ts';

/** Asymmetric ones alone (RFC 8725 section 3.1). */
export const TOKEN_ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Whose keys must have signed. */
export type KeySource =
  | { readonly kind: 'keys'; readonly keys: readonly PublicKey[] }
  /** A key set (RFC 7517) at an address. */
  | { readonly kind: 'url'; readonly url: string }
  /** What the issuer's OpenID discovery document leads to. */
  | { readonly kind: 'issuer'; readonly issuer: string };

export type TokenClaims = Readonly<Record<string, unknown>>;

/** What a token says of itself; not verified, so good for looking up and for refusing only. */
export interface ClaimedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  /** The header's `kid`. */
  readonly keyId: string | undefined;
  readonly claims: TokenClaims;
}

export interface VerifiedToken extends ClaimedToken {
  readonly issuedAt: Date | undefined;
  readonly expiresAt: Date;
}

export interface TokenVerifier {
  /** Undefined for what is no signed token at all. */
  read(token: string): ClaimedToken | undefined;
  /**
   * One that has been signed by one of the keys, and neither has ended nor lies ahead.
   *
   * @throws BrokerError `client.invalid` with the reason in its detail; `idp.*` while the keys cannot be read.
   */
  verify(token: string, source: KeySource): Promise<VerifiedToken>;
}
