/** Sign-in with an OpenID provider: authorization code with PKCE, state and nonce, always. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import * as client from 'openid-client';
import type { OidcConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import type { SignInFlow } from '../../core/ports/stores.ts';
import { randomToken, sha256Hex } from '../../lib/hash.ts';
import { createCachedSource } from '../cached-source.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import type { Connector, ProvenSignIn } from '../connector.ts';
import { createLimitedFetch } from '../limited-fetch.ts';
import { runStrategy } from '../run-strategy.ts';
import { fetchKeySet } from './key-set.ts';
import { settleOpenIdSettings, type OpenIdSettings } from './openid-settings.ts';
import { OpenIdStrategy } from './openid-strategy.ts';
import { discoverProvider, type ProviderMetadata } from './provider-metadata.ts';
import { readCallback } from './read-callback.ts';
import { readIdentity } from './read-claims.ts';
import { redeemCode, type RedeemedToken } from './redeem-code.ts';

export function createOpenIdConnector(
  given: OidcConnectorSettings,
  environment: ConnectorEnvironment,
): Connector {
  const settings = settleOpenIdSettings(given);
  const { baseUrl, clock, allowHttp } = environment;
  const redirectUri = `${baseUrl}/oidc/${settings.id}/callback`;
  const fetch = createLimitedFetch(environment);
  const provider = createCachedSource(clock, () => discoverProvider(settings, fetch, allowHttp));
  const keys = createCachedSource(clock, async () => fetchKeySet((await provider.get()).jwks_uri, fetch));

  async function start(request: Request, response: Response, flow: SignInFlow): Promise<void> {
    const strategy = new OpenIdStrategy<never>(async () => ({
      kind: 'redirect',
      url: authorizationUrl(await provider.get(), settings, redirectUri, flow),
    }));
    const outcome = await runStrategy<never>({ strategy, request });
    if (outcome.kind !== 'redirect') throw new BrokerError('internal', { detail: 'no redirect came out' });
    response.redirect(303, outcome.url);
  }

  async function finish(request: Request, flow: SignInFlow): Promise<ProvenSignIn> {
    if (flow.connectorId !== settings.id || flowIdOf(request) !== flow.id) {
      throw new BrokerError('oidc.no_flow');
    }
    const strategy = new OpenIdStrategy(async () => ({
      kind: 'user',
      user: await redeem(queryOf(request), flow),
    }));
    const outcome = await runStrategy<RedeemedToken>({ strategy, request });
    if (outcome.kind !== 'user') throw new BrokerError('internal', { detail: 'a redirect came out' });
    return prove(outcome.user, settings, clock.now().getTime());
  }

  async function redeem(query: URLSearchParams, flow: SignInFlow): Promise<RedeemedToken> {
    const known = await provider.get();
    const code = readCallback(query, {
      state: flow.id,
      issuer: settings.issuer,
      issuerAnnounced: known.authorization_response_iss_parameter_supported === true,
    });
    const authentication = authenticationOf(settings, environment, known);
    const values = {
      state: flow.id,
      nonce: valueOf(flow, 'nonce'),
      codeVerifier: valueOf(flow, 'codeVerifier'),
    };
    const shared = { settings, provider: known, keys, clock, allowHttp, fetch };
    return redeemCode({ ...shared, ...values, authentication, redirectUri, code });
  }

  return {
    id: settings.id,
    kind: 'oidc',
    label: settings.label,
    newFlowValues: () => ({ nonce: randomToken(), codeVerifier: randomToken() }),
    start,
    flowIdOf,
    finish,
  };
}

function prove({ idToken, claims }: RedeemedToken, settings: OpenIdSettings, now: number): ProvenSignIn {
  const { auth_time, exp } = claims;
  const expires = typeof exp === 'number' ? exp * 1_000 : now;
  return {
    identity: readIdentity(claims, settings),
    authentication: {
      at: new Date(typeof auth_time === 'number' ? Math.min(auth_time * 1_000, now) : now),
      contexts: [],
    },
    spend: [
      {
        scope: `id-token ${settings.issuer}`,
        value: sha256Hex(idToken),
        expiresAt: new Date(expires + settings.clockSkewSeconds * 1_000),
      },
    ],
    idToken,
  };
}

function authorizationUrl(
  provider: ProviderMetadata,
  settings: OidcConnectorSettings,
  redirectUri: string,
  flow: SignInFlow,
): string {
  const url = new URL(provider.authorization_endpoint);
  const parameters = {
    client_id: settings.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: [...new Set(['openid', ...settings.scopes])].join(' '),
    state: flow.id,
    nonce: valueOf(flow, 'nonce'),
    // Also where the provider does not announce S256: one that does not know it ignores it.
    code_challenge: createHash('sha256').update(valueOf(flow, 'codeVerifier')).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Never falls back to a public client: a secret that is named must be there. */
function authenticationOf(
  settings: OidcConnectorSettings,
  environment: ConnectorEnvironment,
  provider: ProviderMetadata,
): client.ClientAuth {
  if (settings.clientSecretName === undefined) return client.None();
  const secret = environment.secret(settings.clientSecretName);
  if (secret === undefined) {
    throw new BrokerError('catalogue.invalid', { detail: `no secret named ${settings.clientSecretName}` });
  }
  // OpenID Connect Discovery section 3: without a list it is client_secret_basic.
  const methods = provider.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const basic = methods.includes('client_secret_basic') || !methods.includes('client_secret_post');
  return basic ? client.ClientSecretBasic(secret.reveal()) : client.ClientSecretPost(secret.reveal());
}

/** As it was sent: Express makes lists of what stands twice. */
function queryOf(request: Request): URLSearchParams {
  const start = request.originalUrl.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : request.originalUrl.slice(start));
}

function flowIdOf(request: Request): string | undefined {
  const state: unknown = request.query['state'];
  return typeof state === 'string' && state !== '' && state.length <= 128 ? state : undefined;
}

function valueOf(flow: SignInFlow, name: string): string {
  const value = flow.values[name];
  if (value === undefined) throw new BrokerError('oidc.no_flow', { detail: `the flow has no ${name}` });
  return value;
}
