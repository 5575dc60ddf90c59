import type { SignedInPerson } from '../principal.ts';

/** People's own ID tokens, as somebody else shows them. */
export interface PersonTokens {
  /**
   * Held to all that the connector asks of a sign-in, but for what binds a token to one browser.
   *
   * @param trust.audiences the token's audiences must all be among these.
   * @returns the person, and when the token ends.
   * @throws BrokerError `oidc.*`, `idp.*`
   */
  read(
    token: string,
    trust: { readonly connector: string; readonly audiences: readonly string[] },
  ): Promise<{ readonly person: SignedInPerson; readonly expiresAt: Date }>;
}
