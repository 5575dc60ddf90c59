import type { ConnectorStatuses } from '../core/ports/connector-status.ts';
import { followsProvider, reportsStatus, type ConnectorRegistry } from './connector.ts';

export function createConnectorStatuses(connectors: Pick<ConnectorRegistry, 'find'>): ConnectorStatuses {
  const held: ConnectorStatuses['held'] = async (id) => {
    const connector = await connectors.find(id);
    return connector !== undefined && reportsStatus(connector) ? connector.status() : undefined;
  };
  return {
    held,
    async read(id) {
      const connector = await connectors.find(id);
      if (connector !== undefined && followsProvider(connector)) await connector.refreshDue();
      return held(id);
    },
  };
}
