import { BrokerError } from '../../core/errors.ts';
import { readJsonAnswer } from './json-answer.ts';
import type { RelyingParty } from './relying-party.ts';
import type { Claims } from './signed-token.ts';

/** Of a token or a sign-in, not of a person: only a signed ID token may say them. */
const TOKEN_CLAIMS = [
  ...['iss', 'aud', 'azp', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'sid', 'events'],
  ...['acr', 'acrs', 'amr', 'auth_time', 'at_hash', 'c_hash', 's_hash'],
];

/**
 * An ID token's claims and, where it has none of a name, what the userinfo endpoint says (OpenID Connect Core
 * section 5.3). What is signed is never overridden by what is not.
 *
 * @throws BrokerError `idp.*`, `oidc.subject` when the endpoint speaks of somebody else, `oidc.type`
 */
export async function addUserinfo(party: RelyingParty, claims: Claims, accessToken: string): Promise<Claims> {
  const { userinfo_endpoint: url } = await party.provider.get();
  if (url === undefined) {
    throw new BrokerError('idp.unavailable', { detail: 'the provider has no usable userinfo endpoint' });
  }
  const answer = await party.fetch(url, {
    headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
  });
  const userinfo = readJsonAnswer(answer, 'the userinfo endpoint');
  if (userinfo['sub'] !== claims['sub']) {
    throw new BrokerError('oidc.subject', { detail: 'the userinfo endpoint speaks of another person' });
  }
  const ofPerson = Object.entries(userinfo).filter(([name]) => !TOKEN_CLAIMS.includes(name));
  return { ...Object.fromEntries(ofPerson), ...claims };
}
