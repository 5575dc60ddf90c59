import type { SignInSession } from '../../core/ports/stores.ts';
import type { RelyingParty } from './relying-party.ts';

/** Servers refuse longer addresses; the hint is optional, and an ID token may be of any size. */
const MAXIMUM_HINT_LENGTH = 4_096;

/** RP-initiated logout 1.0. @throws BrokerError `idp.*` where the provider cannot be asked whether it has such a place. */
export async function logoutUrl(party: RelyingParty, session: SignInSession): Promise<string | undefined> {
  const { settings, provider, signedOutUri } = party;
  if (!settings.singleLogout) return undefined;
  const known = await provider.get();
  if (known.end_session_endpoint === undefined) return undefined;
  const url = new URL(known.end_session_endpoint);
  const { idToken } = session;
  if (idToken !== undefined && idToken.length <= MAXIMUM_HINT_LENGTH) {
    url.searchParams.set('id_token_hint', idToken);
  }
  url.searchParams.set('client_id', settings.clientId);
  url.searchParams.set('post_logout_redirect_uri', signedOutUri);
  return url.href;
}
