import { isIP } from 'node:net';
import * as client from 'openid-client';
import type { OidcConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import { isAllowedUrl } from '../forbidden-address.ts';
import type { FetchedAnswer, FetchInit, LimitedFetch } from '../limited-fetch.ts';
import { allowPlainHttp, libraryFetch } from './library-fetch.ts';
import { parseObject } from './strict-json.ts';

const MAXIMUM_DOCUMENT_BYTES = 262_144;

/** What counts of a provider's discovery document, checked. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly userinfo_endpoint: string | undefined;
  readonly end_session_endpoint: string | undefined;
  readonly authorization_response_iss_parameter_supported: boolean;
  readonly token_endpoint_auth_methods_supported: readonly string[] | undefined;
}

/** @throws BrokerError `idp.unavailable`, `idp.timeout` */
export async function discoverProvider(
  settings: OidcConnectorSettings,
  fetch: LimitedFetch,
  allowHttp: boolean,
): Promise<ProviderMetadata> {
  const options = {
    [client.customFetch]: libraryFetch((url, init) => readDocument(url, init, fetch)),
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

/** The library parses whatever comes; so what comes is looked over before. */
async function readDocument(
  url: string,
  init: FetchInit | undefined,
  fetch: LimitedFetch,
): Promise<FetchedAnswer> {
  const answer = await fetch(url, { ...init, maximumBytes: MAXIMUM_DOCUMENT_BYTES });
  if (answer.status === 200 && parseObject(answer.body).kind !== 'object') {
    throw unusable('the discovery document is not one clear JSON object');
  }
  return answer;
}

function checked(
  metadata: client.ServerMetadata,
  settings: OidcConnectorSettings,
  allowHttp: boolean,
): ProviderMetadata {
  // Exactly, to the last slash (OpenID Discovery section 4.3): the library compares URLs, and lets some differ.
  if (metadata.issuer !== settings.issuer) throw unusable('the provider calls itself by another issuer');
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, end_session_endpoint } =
    metadata;
  const usable = (url: unknown): url is string => isEndpoint(url, settings.issuer, allowHttp);
  if (!usable(authorization_endpoint) || !usable(token_endpoint) || !usable(jwks_uri)) {
    throw unusable('an endpoint of the provider is missing, not https, or at an address of its own network');
  }
  return {
    issuer: metadata.issuer,
    authorization_endpoint,
    token_endpoint,
    jwks_uri,
    userinfo_endpoint: usable(userinfo_endpoint) ? userinfo_endpoint : undefined,
    end_session_endpoint: usable(end_session_endpoint) ? end_session_endpoint : undefined,
    authorization_response_iss_parameter_supported:
      metadata.authorization_response_iss_parameter_supported === true,
    token_endpoint_auth_methods_supported: textsIn(metadata.token_endpoint_auth_methods_supported),
  };
}

function textsIn(list: unknown): readonly string[] | undefined {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : undefined;
}

/**
 * Providers have endpoints on other hosts (Google does), but those have names. A bare address that is not the
 * issuer's own would aim our requests, which carry the client secret, at this machine or its network's metadata.
 */
export function isEndpoint(url: unknown, issuer: string, allowHttp: boolean): url is string {
  if (typeof url !== 'string' || !isAllowedUrl(url, allowHttp)) return false;
  const { hostname } = new URL(url);
  const isBare = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || /(?:^|\.)localhost\.?$/.test(hostname);
  return !isBare || hostname === new URL(issuer).hostname;
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
