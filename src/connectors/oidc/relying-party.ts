import * as client from 'openid-client';
import { BrokerError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createCachedSource, type CachedSource } from '../cached-source.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import { refreshFailed } from '../document-status.ts';
import { createLimitedFetch, type LimitedFetch } from '../limited-fetch.ts';
import { fetchKeySet, type KeySet } from './key-set.ts';
import type { OpenIdSettings } from './openid-settings.ts';
import { discoverProvider, type ProviderMetadata } from './provider-metadata.ts';

/** Ourselves towards one provider: what every exchange with it needs. */
export interface RelyingParty {
  readonly settings: OpenIdSettings;
  readonly clock: Clock;
  readonly allowHttp: boolean;
  readonly fetch: LimitedFetch;
  readonly provider: CachedSource<ProviderMetadata>;
  readonly keys: CachedSource<KeySet>;
  readonly redirectUri: string;
  readonly signedOutUri: string;
  readonly backChannelLogoutUri: string;
  /** @throws BrokerError `catalogue.invalid` */
  authentication(provider: ProviderMetadata): client.ClientAuth;
}

export function createRelyingParty(
  settings: OpenIdSettings,
  environment: ConnectorEnvironment,
): RelyingParty {
  const { baseUrl, clock, allowHttp } = environment;
  const fetch = createLimitedFetch(environment);
  const report = (error: unknown): void => environment.report?.(refreshFailed(settings.id, error));
  const provider = createCachedSource(clock, () => discoverProvider(settings, fetch, allowHttp), { report });
  const keys = createCachedSource(
    clock,
    async () => fetchKeySet((await provider.get()).jwks_uri, fetch),
    // Where the provider itself cannot be read, that has been told.
    { report: (error) => provider.held().failure ?? report(error) },
  );
  return {
    settings,
    clock,
    allowHttp,
    fetch,
    provider,
    keys,
    redirectUri: `${baseUrl}/oidc/${settings.id}/callback`,
    signedOutUri: `${baseUrl}/signed-out`,
    backChannelLogoutUri: `${baseUrl}/oidc/${settings.id}/backchannel-logout`,
    authentication: (known) => authenticationOf(settings, environment, known),
  };
}

/** Never falls back to a public client: a secret that is named must be there. */
function authenticationOf(
  settings: OpenIdSettings,
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
