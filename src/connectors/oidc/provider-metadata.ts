import * as client from 'openid-client';
import type { OidcConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import { isAllowedUrl, type LimitedFetch } from '../limited-fetch.ts';
import { allowPlainHttp, libraryFetch } from './library-fetch.ts';

/** A provider's discovery document, as far as it was checked. */
export interface ProviderMetadata extends client.ServerMetadata {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
}

/** @throws BrokerError `idp.unavailable`, `idp.timeout` */
export async function discoverProvider(
  settings: OidcConnectorSettings,
  fetch: LimitedFetch,
  allowHttp: boolean,
): Promise<ProviderMetadata> {
  const options = {
    [client.customFetch]: libraryFetch(fetch),
    // Which addresses are allowed is decided below and on each request.
    execute: allowHttp ? [allowPlainHttp] : [],
  };
  const server = new URL(settings.issuer);
  try {
    const found = await client.discovery(server, settings.clientId, undefined, client.None(), options);
    return checked({ ...found.serverMetadata() }, settings, allowHttp);
  } catch (error) {
    throw brokerErrorIn(error) ?? unusable('the discovery document cannot be used');
  }
}

function checked(
  metadata: client.ServerMetadata,
  settings: OidcConnectorSettings,
  allowHttp: boolean,
): ProviderMetadata {
  // Exactly, to the last slash (OpenID Discovery section 4.3): the library compares URLs, and lets some differ.
  if (metadata.issuer !== settings.issuer) throw unusable('the provider calls itself by another issuer');
  const { authorization_endpoint, token_endpoint, jwks_uri } = metadata;
  const usable = (url: unknown): url is string => typeof url === 'string' && isAllowedUrl(url, allowHttp);
  if (!usable(authorization_endpoint) || !usable(token_endpoint) || !usable(jwks_uri)) {
    throw unusable('an endpoint of the provider is missing or not https');
  }
  return {
    ...metadata,
    authorization_endpoint,
    token_endpoint,
    jwks_uri,
    // Ours, not the provider's: which algorithms count is the administrator's choice.
    id_token_signing_alg_values_supported: settings.signingAlgorithms,
  };
}

/** The library wraps what our fetch throws; the reason is further down. */
export function brokerErrorIn(error: unknown): BrokerError | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    if (current instanceof BrokerError) return current;
    current = current.cause;
  }
  return undefined;
}

function unusable(detail: string): BrokerError {
  return new BrokerError('idp.unavailable', { detail });
}
