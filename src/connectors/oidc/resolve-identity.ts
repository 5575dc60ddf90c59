import type { Identity } from '../../core/principal.ts';
import { addOverageGroups } from './groups-overage.ts';
import { readIdentity } from './read-claims.ts';
import type { RelyingParty } from './relying-party.ts';
import type { Claims } from './signed-token.ts';
import { addUserinfo } from './userinfo.ts';

/**
 * Who verified claims speak of, with what the provider keeps elsewhere.
 *
 * @throws BrokerError `oidc.*`, `idp.*`
 */
export async function resolveIdentity(
  party: RelyingParty,
  claims: Claims,
  accessToken: string,
): Promise<Identity> {
  const known = party.settings.userinfo ? await addUserinfo(party, claims, accessToken) : claims;
  return readIdentity(await addOverageGroups(party, known, accessToken), party.settings);
}
