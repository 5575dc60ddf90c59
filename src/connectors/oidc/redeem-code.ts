/** The code grant: one token request, one verified ID token. */
import * as client from 'openid-client';
import type { OidcConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { CachedSource } from '../cached-source.ts';
import type { FetchedAnswer, LimitedFetch } from '../limited-fetch.ts';
import { checkIdToken, type CheckedToken, type Claims } from './check-id-token.ts';
import type { KeySet } from './key-set.ts';
import { allowPlainHttp, libraryFetch, toResponse } from './library-fetch.ts';
import { brokerErrorIn, type ProviderMetadata } from './provider-metadata.ts';

interface Redemption {
  readonly settings: OidcConnectorSettings;
  readonly provider: ProviderMetadata;
  readonly keys: CachedSource<KeySet>;
  readonly authentication: client.ClientAuth;
  readonly redirectUri: string;
  readonly code: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly clock: Clock;
  readonly allowHttp: boolean;
  readonly fetch: LimitedFetch;
}

export interface RedeemedToken {
  readonly idToken: string;
  readonly claims: Claims;
}

/** @throws BrokerError `oidc.*`, `idp.*` */
export async function redeemCode(redemption: Redemption): Promise<RedeemedToken> {
  const { provider, redirectUri, code, state, nonce, codeVerifier } = redemption;
  const seen: { token?: CheckedToken } = {};
  const configuration = configurationOf(redemption, seen);
  const callback = new URL(redirectUri);
  callback.searchParams.set('code', code);
  callback.searchParams.set('state', state);
  // Checked against the real answer before; the library insists on it where it is announced.
  callback.searchParams.set('iss', provider.issuer);
  try {
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (tokens.id_token === undefined || claims === undefined) throw new BrokerError('oidc.signature');
    return { idToken: tokens.id_token, claims: { ...claims } };
  } catch (error) {
    throw brokerErrorIn(error) ?? refusalOf(error, seen.token !== undefined);
  }
}

function configurationOf(redemption: Redemption, seen: { token?: CheckedToken }): client.Configuration {
  const { settings, provider, clock, authentication, allowHttp } = redemption;
  const metadata = {
    // The library reads the machine's clock; everything here goes by the broker's.
    [client.clockSkew]: Math.round((clock.now().getTime() - Date.now()) / 1_000),
    [client.clockTolerance]: settings.clockSkewSeconds,
  };
  const configuration = new client.Configuration(provider, settings.clientId, metadata, authentication);
  client.enableNonRepudiationChecks(configuration);
  if (allowHttp) allowPlainHttp(configuration);
  configuration[client.customFetch] = grantFetch(redemption, seen);
  return configuration;
}

/**
 * Stands between the library and the network for one grant. The token answer is judged as it passes, since
 * the library leaves rules out; keys come from our own cache, since the library would refuse a key that
 * appeared less than a minute after it last looked.
 */
function grantFetch(redemption: Redemption, seen: { token?: CheckedToken }): client.CustomFetch {
  const { provider, keys, fetch } = redemption;
  const network = libraryFetch(async (url, init) => {
    const answer = await fetch(url, init);
    if (answer.status === 200) seen.token = checkTokenAnswer(answer, redemption);
    return answer;
  });
  return async (url, options) => {
    if (options.method === 'POST' && url === provider.token_endpoint) return network(url, options);
    if (url !== provider.jwks_uri) throw new BrokerError('internal', { detail: 'an unexpected request' });
    const known = await keys.get();
    const needed = seen.token?.keyId;
    const fits = needed === undefined || known.keyIds.has(needed);
    return toResponse((fits ? known : await keys.refetch()).answer);
  };
}

function checkTokenAnswer(answer: FetchedAnswer, redemption: Redemption): CheckedToken {
  const { id_token, access_token, token_type } = parseObject(answer.body);
  const usable =
    typeof id_token === 'string' && typeof access_token === 'string' && /^bearer$/i.test(String(token_type));
  if (!usable)
    throw new BrokerError('idp.unavailable', { detail: 'the token answer lacks what it must have' });
  return checkIdToken(id_token, {
    settings: redemption.settings,
    nonce: redemption.nonce,
    accessToken: access_token,
    now: redemption.clock.now().getTime() / 1_000,
  });
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Falls through to the one refusal.
  }
  throw new BrokerError('idp.unavailable', { detail: 'the token answer is not a JSON object' });
}

/** The library's errors quote tokens, so only their kind is taken over. */
function refusalOf(error: unknown, tokenArrived: boolean): BrokerError {
  if (tokenArrived) return new BrokerError('oidc.signature', { detail: 'no key of the provider fits' });
  if (error instanceof client.ResponseBodyError && error.status < 500 && error.error === 'invalid_grant') {
    return new BrokerError('oidc.refused', { detail: 'the provider did not accept the code' });
  }
  return new BrokerError('idp.unavailable', { detail: 'the token endpoint gave no usable answer' });
}
