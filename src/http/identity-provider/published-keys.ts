/** Our side as identity provider towards AWS: what accounts are told to trust. Public, and cached for minutes. */
import { Router, type Response } from 'express';
import type { PublishedKeys } from '../../core/ports/signer.ts';
import { onlyMethods } from '../middleware/only-methods.ts';

/** Well below the overlap in which a new key is published before it signs. */
const CACHE_CONTROL = 'public, max-age=300';

export function publishedKeysRoutes(keys: PublishedKeys): Router {
  const router = Router();
  const send = (response: Response, type: string, body: string): void => {
    response.setHeader('Cache-Control', CACHE_CONTROL);
    response.type(type).send(body);
  };
  onlyMethods(router, '/aws/.well-known/openid-configuration', {
    get: (_request, response) =>
      send(response, 'application/json', JSON.stringify(keys.openidConfiguration())),
  });
  onlyMethods(router, '/aws/jwks.json', {
    get: async (_request, response) =>
      send(response, 'application/jwk-set+json', JSON.stringify(await keys.jwks())),
  });
  onlyMethods(router, '/aws/saml/metadata', {
    get: async (_request, response) =>
      send(response, 'application/samlmetadata+xml', await keys.samlMetadata()),
  });
  return router;
}
