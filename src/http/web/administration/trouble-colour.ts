import type { ConnectorTrouble } from '../../../core/connector-troubles.ts';

export function troubleColour({ isUrgent }: Pick<ConnectorTrouble, 'isUrgent'>): 'red' | 'amber' {
  return isUrgent ? 'red' : 'amber';
}
