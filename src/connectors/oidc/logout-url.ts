import type { SignInSession } from '../../core/ports/stores.ts';
import type { RelyingParty } from './relying-party.ts';

/** Servers refuse longer addresses; the hint is optional, and an ID token may be of any size. */
const MAXIMUM_HINT_LENGTH = 4_096;

/**
 * RP-initiated logout 1.0. Who signs out has signed out here: a provider that cannot be asked, or has no such
 * place, must not stand in the way.
 */
export async function logoutUrl(party: RelyingParty, session: SignInSession): Promise<string | undefined> {
  const { settings, provider, signedOutUri } = party;
  if (!settings.singleLogout) return undefined;
  const known = await provider.get().catch(() => undefined);
  if (known?.end_session_endpoint === undefined) return undefined;
  const url = new URL(known.end_session_endpoint);
  const { idToken } = session;
  if (idToken !== undefined && idToken.length <= MAXIMUM_HINT_LENGTH) {
    url.searchParams.set('id_token_hint', idToken);
  }
  url.searchParams.set('client_id', settings.clientId);
  url.searchParams.set('post_logout_redirect_uri', signedOutUri);
  return url.href;
}
