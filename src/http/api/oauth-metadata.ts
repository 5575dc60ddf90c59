import { TOKEN_ALGORITHMS } from '../../core/ports/token-verifier.ts';
import { JWT_BEARER_GRANT, TOKEN_EXCHANGE_GRANT } from './token-request.ts';

const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth'];

/** RFC 8414. Its issuer is whom an application's own tokens must be for. */
export function oauthMetadata(baseUrl: string): object {
  return {
    issuer: baseUrl,
    ...endpoint('token', `${baseUrl}/api/oauth/token`),
    ...endpoint('introspection', `${baseUrl}/api/oauth/introspect`),
    ...endpoint('revocation', `${baseUrl}/api/oauth/revoke`),
    grant_types_supported: ['client_credentials', JWT_BEARER_GRANT, TOKEN_EXCHANGE_GRANT],
    response_types_supported: [],
  };
}

function endpoint(name: string, url: string): Readonly<Record<string, unknown>> {
  return {
    [`${name}_endpoint`]: url,
    [`${name}_endpoint_auth_methods_supported`]: METHODS,
    [`${name}_endpoint_auth_signing_alg_values_supported`]: TOKEN_ALGORITHMS,
  };
}
