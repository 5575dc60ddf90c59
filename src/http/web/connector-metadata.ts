import { Router } from 'express';
import { publishesMetadata, type ConnectorRegistry } from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';
import { onlyMethods } from '../middleware/only-methods.ts';

/** What an identity provider's administrator is given: our metadata as a SAML service provider. */
export function connectorMetadataRoutes(connectors: ConnectorRegistry): Router {
  const router = Router();
  onlyMethods(router, '/saml/:connector/metadata', {
    async get(request, response) {
      const id = request.params['connector'];
      const connector = typeof id === 'string' ? await connectors.find(id) : undefined;
      if (connector === undefined || !publishesMetadata(connector)) {
        throw new BrokerError('sign_in.connector_unknown');
      }
      response.type('application/samlmetadata+xml').send(await connector.metadata());
    },
  });
  return router;
}
