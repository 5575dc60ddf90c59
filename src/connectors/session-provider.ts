import type { SessionProvider } from '../core/ports/session-provider.ts';
import type { SignInSession } from '../core/ports/stores.ts';
import {
  confirmsSession,
  type ConfirmsSession,
  type Connector,
  type ConnectorRegistry,
} from './connector.ts';

/** Asks the connector that signed the person in, as the catalogue has it now. */
export function createSessionProvider(connectors: Pick<ConnectorRegistry, 'find'>): SessionProvider {
  async function confirming({ identity }: SignInSession): Promise<(Connector & ConfirmsSession) | undefined> {
    const connector = await connectors.find(identity.connectorId);
    return connector !== undefined && confirmsSession(connector) ? connector : undefined;
  }

  return {
    async confirmationSeconds(session) {
      return (await confirming(session))?.confirmationSeconds(session);
    },
    async confirm(session) {
      return (await confirming(session))?.confirm(session);
    },
  };
}
