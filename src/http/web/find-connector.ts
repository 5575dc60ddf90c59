import type { Request } from 'express';
import type { Connector, ConnectorRegistry } from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';

/** The connector that the address names, if it speaks the address's protocol. @throws BrokerError `sign_in.connector_unknown` */
export async function findConnector(
  connectors: Pick<ConnectorRegistry, 'find'>,
  request: Request,
  kind?: Connector['kind'],
): Promise<Connector> {
  const id = request.params['connector'];
  const connector = typeof id === 'string' ? await connectors.find(id) : undefined;
  if (connector === undefined || (kind !== undefined && connector.kind !== kind)) {
    throw new BrokerError('sign_in.connector_unknown');
  }
  return connector;
}
