import type { ConnectorSettings } from '../core/catalogue.ts';
import { followsProvider, type Connector, type ConnectorRegistry } from './connector.ts';

/** Keeps one connector per set of settings, so that what it has learnt of its provider survives other changes. */
export function createConnectorRegistry(
  currentSettings: () => Promise<readonly ConnectorSettings[]>,
  create: (settings: ConnectorSettings) => Connector,
): ConnectorRegistry {
  let known: readonly ConnectorSettings[] = [];
  let connectors = new Map<string, { readonly fingerprint: string; readonly connector: Connector }>();

  async function refreshed(): Promise<typeof connectors> {
    const settings = await currentSettings();
    if (settings === known) return connectors;
    const next: typeof connectors = new Map();
    for (const entry of settings) {
      const fingerprint = JSON.stringify(entry);
      const kept = connectors.get(entry.id);
      next.set(
        entry.id,
        kept?.fingerprint === fingerprint ? kept : { fingerprint, connector: create(entry) },
      );
    }
    [known, connectors] = [settings, next];
    return connectors;
  }

  return {
    list: async () => [...(await refreshed()).values()].map(({ connector }) => connector),
    find: async (id) => (await refreshed()).get(id)?.connector,
  };
}

/** On a schedule: providers change keys and addresses also while nobody signs in. */
export async function refreshConnectors(registry: ConnectorRegistry): Promise<void> {
  const following = (await registry.list()).filter(followsProvider);
  await Promise.all(following.map((connector) => connector.refreshDue()));
}
