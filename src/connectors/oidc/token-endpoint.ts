/** The token endpoint, through the library: a code for tokens, and a refresh token for newer ones. */
import * as client from 'openid-client';
import { BrokerError } from '../../core/errors.ts';
import type { FetchedAnswer } from '../limited-fetch.ts';
import { checkIdToken, type TokenExpectations } from './check-id-token.ts';
import { allowPlainHttp, libraryFetch } from './library-fetch.ts';
import { brokerErrorIn, type ProviderMetadata } from './provider-metadata.ts';
import { readGroups } from './read-claims.ts';
import type { RelyingParty } from './relying-party.ts';
import { verifySignature, type Claims } from './signed-token.ts';
import { parseObject } from './strict-json.ts';

/** 1 MB of claims, encoded, and what is around them: larger ones are refused before, for their groups. */
const MAXIMUM_ANSWER_BYTES = 1_572_864;
/** The library's clock and ours differ by a rounded second; ours decides. */
const LIBRARY_TOLERANCE_SECONDS = 10;
/** RFC 6749 section 5.2 and OpenID Connect Core section 3.1.2.6: the person has to sign in again. */
const PERSON_IS_NEEDED = new Set([
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
]);

export interface GrantedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** Verified, as all the rules have it; a renewal may come without one. */
  readonly idToken: { readonly token: string; readonly claims: Claims } | undefined;
}

interface CodeGrant {
  readonly provider: ProviderMetadata;
  readonly code: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** @throws BrokerError `oidc.*`, `idp.*` */
export async function redeemCode(party: RelyingParty, grant: CodeGrant): Promise<GrantedTokens> {
  const callback = new URL(party.redirectUri);
  callback.searchParams.set('code', grant.code);
  callback.searchParams.set('state', grant.state);
  const judge: Judge = (accessToken) => ({
    nonce: { value: grant.nonce, required: true },
    accessToken,
    code: grant.code,
  });
  const exchange = openExchange(party, grant.provider, judge);
  try {
    await client.authorizationCodeGrant(exchange.configuration, callback, {
      expectedState: grant.state,
      expectedNonce: grant.nonce,
      pkceCodeVerifier: grant.codeVerifier,
      idTokenExpected: true,
    });
  } catch (error) {
    throw brokerErrorIn(error) ?? (isRefusal(error, ['invalid_grant']) ? codeRefused() : unusable());
  }
  const tokens = await exchange.tokens();
  if (tokens.idToken === undefined) throw unusable();
  return tokens;
}

/**
 * The old refresh token may be spent once the answer is here, so nothing that fails afterwards may lose the new
 * one: an ID token that cannot be verified right now counts as none.
 *
 * @returns undefined when the provider no longer signs the person in.
 * @throws BrokerError `oidc.*`, `idp.*`
 */
export async function renewTokens(
  party: RelyingParty,
  renewal: { readonly refreshToken: string; readonly nonce: string | undefined },
): Promise<GrantedTokens | undefined> {
  const provider = await party.provider.get();
  const judge: Judge = (accessToken) => ({
    nonce: { value: renewal.nonce, required: false },
    accessToken,
  });
  const exchange = openExchange(party, provider, judge);
  try {
    await client.refreshTokenGrant(exchange.configuration, renewal.refreshToken);
  } catch (error) {
    const own = brokerErrorIn(error);
    if (own !== undefined) throw own;
    if (isRefusal(error, [...PERSON_IS_NEEDED])) return undefined;
    throw unusable();
  }
  return exchange.tokens().catch((error: unknown) => {
    if (!isProviderFault(error)) throw error;
    return exchange.tokensWithoutIdToken();
  });
}

/** Whether the provider could not be asked, as against an answer that was refused. */
export function isProviderFault(error: unknown): boolean {
  return error instanceof BrokerError && error.code.startsWith('idp.');
}

type Judge = (accessToken: string) => Pick<TokenExpectations, 'nonce' | 'accessToken' | 'code'>;

interface Exchange {
  readonly configuration: client.Configuration;
  /** What came, once the library has accepted the answer too. */
  tokens(): Promise<GrantedTokens>;
  tokensWithoutIdToken(): GrantedTokens;
}

/**
 * Stands between the library and the network for one grant. The answer is judged as it passes, since the
 * library leaves rules out; signatures are verified with our own cached keys, since the library would refuse
 * a key that appeared less than a minute after it last looked.
 */
function openExchange(party: RelyingParty, provider: ProviderMetadata, judge: Judge): Exchange {
  let seen: GrantedTokens | undefined;
  const configuration = configurationOf(party, provider);
  const network = libraryFetch(async (url, init) => {
    const answer = await party.fetch(url, { ...init, maximumBytes: MAXIMUM_ANSWER_BYTES });
    if (answer.status === 200) seen = readAnswer(answer, party, judge);
    return answer;
  });
  configuration[client.customFetch] = async (url, options) => {
    if (options.method === 'POST' && url === provider.token_endpoint) return network(url, options);
    throw new BrokerError('internal', { detail: 'an unexpected request' });
  };
  return {
    configuration,
    tokens: async () => {
      if (seen === undefined) throw unusable();
      const { idToken } = seen;
      if (idToken !== undefined) {
        await verifySignature(idToken.token, party.keys, party.settings.signingAlgorithms);
      }
      return seen;
    },
    tokensWithoutIdToken: () => {
      if (seen === undefined) throw unusable();
      return { ...seen, idToken: undefined };
    },
  };
}

function configurationOf(party: RelyingParty, provider: ProviderMetadata): client.Configuration {
  const { settings, clock, allowHttp } = party;
  // The library copies what it is given, each time: it is given what these grants need.
  const server = {
    issuer: provider.issuer,
    token_endpoint: provider.token_endpoint,
    id_token_signing_alg_values_supported: settings.signingAlgorithms,
  };
  const metadata = {
    // The library reads the machine's clock; everything here goes by the broker's.
    [client.clockSkew]: Math.round((clock.now().getTime() - Date.now()) / 1_000),
    [client.clockTolerance]: settings.clockSkewSeconds + LIBRARY_TOLERANCE_SECONDS,
  };
  const configuration = new client.Configuration(
    server,
    settings.clientId,
    metadata,
    party.authentication(provider),
  );
  if (allowHttp) allowPlainHttp(configuration);
  return configuration;
}

function readAnswer({ body }: FetchedAnswer, party: RelyingParty, judge: Judge): GrantedTokens {
  const parsed = parseObject(body);
  if (parsed.kind !== 'object') throw incomplete('is not one clear JSON object');
  const { id_token: idToken, access_token: accessToken, refresh_token, token_type } = parsed.value;
  if (typeof accessToken !== 'string' || !/^bearer$/i.test(String(token_type))) {
    throw incomplete('lacks what it must have');
  }
  if (idToken !== undefined && typeof idToken !== 'string') throw incomplete('has no usable ID token');
  return {
    accessToken,
    refreshToken: typeof refresh_token === 'string' && refresh_token !== '' ? refresh_token : undefined,
    idToken:
      idToken === undefined
        ? undefined
        : { token: idToken, claims: readIdToken(idToken, party, judge(accessToken)) },
  };
}

function readIdToken(token: string, { settings, clock }: RelyingParty, judged: ReturnType<Judge>): Claims {
  const claims = checkIdToken(token, { ...judged, settings, now: clock.now().getTime() / 1_000 });
  // Before the library and the signature take their time over a list that is too long anyway.
  readGroups(claims, settings.groupsClaim);
  return claims;
}

/** A fault of the provider that calls itself a refusal is a fault. The library's errors quote tokens: never kept. */
function isRefusal(error: unknown, names: readonly string[]): boolean {
  return error instanceof client.ResponseBodyError && error.status < 500 && names.includes(error.error);
}

function codeRefused(): BrokerError {
  return new BrokerError('oidc.refused', { detail: 'the provider did not accept the code' });
}

function incomplete(what: string): BrokerError {
  return new BrokerError('idp.unavailable', { detail: `the token answer ${what}` });
}

function unusable(): BrokerError {
  return new BrokerError('idp.unavailable', { detail: 'the token endpoint gave no usable answer' });
}
