import { isBelow } from '../return-address.ts';
import type { OpenIdClient } from './clients.ts';

/** What the broker asked for, checked (OpenID Connect Core section 3.1.2.1, RFC 7636, RFC 9700). */
export interface AuthorizationRequest {
  readonly client: OpenIdClient;
  readonly redirectUri: string;
  readonly scopes: ReadonlySet<string>;
  readonly codeChallenge: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  /** Authentication contexts, the best first; a wish (OpenID Connect Core section 3.1.2.1). */
  readonly acrValues: readonly string[];
}

/** With `returnTo` the error goes back to the client; without, only a page may tell, since the address is doubtful. */
export interface AuthorizationRefusal {
  readonly error: string;
  readonly description: string;
  readonly returnTo?: { readonly redirectUri: string; readonly state: string | undefined };
}

interface AuthorizationRules {
  readonly clients: readonly OpenIdClient[];
  readonly brokerUrl: string;
}

/** Parameters that mean the same when given once; twice is an error (RFC 6749 section 3.1). */
const PARAMETERS = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'acr_values',
  'request',
  'request_uri',
] as const;
/** Others are ignored (RFC 6749 section 3.3). */
export const SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];
const LONGEST_VALUE = 2_048;

export function readAuthorizationRequest(
  params: URLSearchParams,
  rules: AuthorizationRules,
): AuthorizationRequest | AuthorizationRefusal {
  const malformed = PARAMETERS.find(
    (name) => params.getAll(name).length > 1 || (params.get(name)?.length ?? 0) > LONGEST_VALUE,
  );
  if (malformed !== undefined) {
    return { error: 'invalid_request', description: `${malformed} is there twice or is too long` };
  }
  const client = rules.clients.find(({ id }) => id === params.get('client_id'));
  if (client === undefined) {
    return { error: 'invalid_client', description: 'client_id names no client of this provider' };
  }
  const redirectUri = params.get('redirect_uri') ?? '';
  if (!isBelow(rules.brokerUrl, redirectUri)) {
    return { error: 'invalid_request', description: `redirect_uri must be below ${rules.brokerUrl}/` };
  }
  const state = params.get('state') ?? undefined;
  const fault = faultOf(params);
  if (fault !== undefined) return { ...fault, returnTo: { redirectUri, state } };
  return {
    client,
    redirectUri,
    scopes: new Set(SCOPES.filter((scope) => params.get('scope')?.split(' ').includes(scope))),
    codeChallenge: params.get('code_challenge') ?? '',
    state,
    nonce: params.get('nonce') ?? undefined,
    acrValues: params.get('acr_values')?.split(' ') ?? [],
  };
}

function faultOf(params: URLSearchParams): { error: string; description: string } | undefined {
  if (params.has('request'))
    return { error: 'request_not_supported', description: 'no request objects here' };
  if (params.has('request_uri')) {
    return { error: 'request_uri_not_supported', description: 'no request objects here' };
  }
  if (params.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', description: 'response_type must be code' };
  }
  if ((params.get('response_mode') ?? 'query') !== 'query') {
    return { error: 'invalid_request', description: 'response_mode must be query' };
  }
  if (params.get('scope')?.split(' ').includes('openid') !== true) {
    return { error: 'invalid_scope', description: 'scope must include openid' };
  }
  if (
    params.get('code_challenge_method') !== 'S256' ||
    !/^[A-Za-z0-9_-]{43}$/.test(params.get('code_challenge') ?? '')
  ) {
    return { error: 'invalid_request', description: 'PKCE with code_challenge_method S256 is required' };
  }
  // Any age is met: nobody stays signed in here, so that every sign-in is of right now.
  if (!/^\d{1,9}$/.test(params.get('max_age') ?? '0')) {
    return { error: 'invalid_request', description: 'max_age must be a number of seconds' };
  }
  if (params.get('prompt')?.split(' ').includes('none') === true) {
    return { error: 'login_required', description: 'nobody stays signed in here' };
  }
  return undefined;
}
