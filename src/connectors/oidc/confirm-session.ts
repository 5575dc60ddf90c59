/**
 * Asking the provider, by a refresh token, whether a person may still sign in. A provider that is down ends
 * nobody's session; one that answers, but not with this person, ends this one.
 */
import { BrokerError } from '../../core/errors.ts';
import type { ConfirmedSession, SignInSession } from '../../core/ports/stores.ts';
import type { Identity } from '../../core/principal.ts';
import type { RelyingParty } from './relying-party.ts';
import { resolveIdentity } from './resolve-identity.ts';
import { decodeToken, type Claims } from './signed-token.ts';
import { isProviderFault, renewTokens, type GrantedTokens } from './token-endpoint.ts';

/** What a session keeps to be confirmed by; undefined where the provider gave nothing. */
export function confirmationState(
  { settings }: RelyingParty,
  { refreshToken }: GrantedTokens,
  nonce: string | undefined,
): Readonly<Record<string, string>> | undefined {
  if (refreshToken === undefined || settings.refreshSeconds === 0) return undefined;
  return { refreshToken, ...(nonce === undefined ? {} : { nonce }) };
}

export function confirmationSeconds({ settings }: RelyingParty, session: SignInSession): number | undefined {
  const asked = settings.refreshSeconds > 0 && session.connectorState?.['refreshToken'] !== undefined;
  return asked ? settings.refreshSeconds : undefined;
}

/**
 * @returns undefined when the provider no longer signs the person in.
 * @throws BrokerError `idp.*`, `catalogue.invalid`
 */
export async function confirmSession(
  party: RelyingParty,
  session: SignInSession,
): Promise<ConfirmedSession | undefined> {
  const { refreshToken, nonce } = session.connectorState ?? {};
  if (refreshToken === undefined) {
    throw new BrokerError('idp.unavailable', { detail: 'the session has nothing to ask the provider with' });
  }
  try {
    const tokens = await renewTokens(party, { refreshToken, nonce });
    if (tokens === undefined) return undefined;
    const renewed = tokens.idToken;
    if (renewed !== undefined && renewed.claims['sub'] !== session.identity.subject) return undefined;
    const state = confirmationState(
      party,
      { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken },
      nonce,
    );
    const idToken = renewed?.token ?? session.idToken;
    return {
      identity: await newestIdentity(party, session, tokens).catch((error: unknown) => {
        // The provider has confirmed the person; that what it says of them cannot be read now must not cost them
        // the new refresh token.
        if (!isProviderFault(error)) throw error;
        return session.identity;
      }),
      ...(idToken === undefined ? {} : { idToken }),
      ...(state === undefined ? {} : { connectorState: state }),
    };
  } catch (error) {
    // An answer that breaks the rules of a sign-in confirms nobody.
    if (error instanceof BrokerError && error.code.startsWith('oidc.')) return undefined;
    throw error;
  }
}

/** Without a new ID token the last one still stands, and only what is asked for elsewhere can be new. */
async function newestIdentity(
  party: RelyingParty,
  session: SignInSession,
  { idToken, accessToken }: GrantedTokens,
): Promise<Identity> {
  if (idToken !== undefined) return resolveIdentity(party, idToken.claims, accessToken);
  const last = party.settings.userinfo ? claimsOfLast(party, session) : undefined;
  return last === undefined ? session.identity : resolveIdentity(party, last, accessToken);
}

/** Verified when it came, and kept encrypted since. */
function claimsOfLast({ settings }: RelyingParty, { idToken, identity }: SignInSession): Claims | undefined {
  if (idToken === undefined) return undefined;
  const { claims } = decodeToken(idToken, settings.signingAlgorithms);
  return claims['sub'] === identity.subject ? claims : undefined;
}
