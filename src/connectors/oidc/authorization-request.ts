import { createHash } from 'node:crypto';
import { BrokerError } from '../../core/errors.ts';
import type { SignInFlow } from '../../core/ports/stores.ts';
import type { OpenIdSettings } from './openid-settings.ts';
import type { ProviderMetadata } from './provider-metadata.ts';

/** Where the browser goes to sign in: code flow with PKCE, state and nonce, always. */
export function authorizationUrl(
  provider: ProviderMetadata,
  settings: OpenIdSettings,
  flow: SignInFlow,
  redirectUri: string,
): string {
  const url = new URL(provider.authorization_endpoint);
  const parameters: Readonly<Record<string, string>> = {
    ...settings.requestParameters,
    client_id: settings.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: scopesOf(settings).join(' '),
    state: flow.id,
    nonce: valueOf(flow, 'nonce'),
    // Also where the provider does not announce S256: one that does not know it ignores it.
    code_challenge: createHash('sha256').update(valueOf(flow, 'codeVerifier')).digest('base64url'),
    code_challenge_method: 'S256',
    ...freshness(settings, flow),
    ...contexts(settings, flow),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** @throws BrokerError `oidc.no_flow` */
export function valueOf(flow: SignInFlow, name: string): string {
  const value = flow.values[name];
  if (value === undefined) throw new BrokerError('oidc.no_flow', { detail: `the flow has no ${name}` });
  return value;
}

function scopesOf(settings: OpenIdSettings): readonly string[] {
  return [...new Set(['openid', ...settings.scopes])];
}

/** OpenID Connect Core section 3.1.2.1. */
function freshness(settings: OpenIdSettings, { demand }: SignInFlow): Record<string, string> {
  const afresh = demand?.after !== undefined;
  const prompts = [...(afresh ? ['login'] : []), ...(settings.asksForConsent ? ['consent'] : [])];
  const maximumAge = afresh ? 0 : settings.maximumAuthenticationAgeSeconds;
  return {
    ...(prompts.length === 0 ? {} : { prompt: prompts.join(' ') }),
    ...(maximumAge === undefined ? {} : { max_age: String(maximumAge) }),
  };
}

/** What a role asks for is narrower than what every sign-in must be. */
function contexts(settings: OpenIdSettings, { demand }: SignInFlow): Record<string, string> {
  const demanded = demand?.contexts ?? [];
  const wanted = demanded.length === 0 ? settings.requiredContexts : demanded;
  if (wanted.length === 0) return {};
  const { contextsClaim } = settings;
  if (contextsClaim === undefined) return { acr_values: wanted.join(' ') };
  const values = wanted.length === 1 ? { value: wanted[0] } : { values: wanted };
  const claims = { id_token: { [contextsClaim]: { essential: true, ...values } } };
  return { acr_values: wanted.join(' '), claims: JSON.stringify(claims) };
}
