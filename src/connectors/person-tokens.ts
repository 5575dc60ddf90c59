import { BrokerError } from '../core/errors.ts';
import type { PersonTokens } from '../core/ports/person-tokens.ts';
import { readsSubjectToken, type ConnectorRegistry } from './connector.ts';

/** Asks the connector of the person, as the catalogue has it now. */
export function createPersonTokens(connectors: Pick<ConnectorRegistry, 'find'>): PersonTokens {
  return {
    async read(token, { connector: id, audiences }) {
      const connector = await connectors.find(id);
      if (connector === undefined || !readsSubjectToken(connector)) {
        throw new BrokerError('oidc.issuer', { detail: 'no connector that reads ID tokens' });
      }
      return connector.readSubjectToken(token, audiences);
    },
  };
}
