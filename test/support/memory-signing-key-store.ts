import { BrokerError } from '../../src/core/errors.ts';
import type { AuditEvent } from '../../src/core/audit-event.ts';
import type { SigningKey, SigningKeyStore } from '../../src/core/ports/stores.ts';

export interface MemorySigningKeyStore extends SigningKeyStore {
  readonly keys: SigningKey[];
  readonly events: AuditEvent[];
  failing: boolean;
}

/** The contract of SigningKeyStore in memory: one `activeAt` a use, and a switch that takes it away. */
export function memorySigningKeyStore(): MemorySigningKeyStore {
  const check = (): void => {
    if (store.failing) throw new BrokerError('store.unavailable');
  };
  const store: MemorySigningKeyStore = {
    keys: [],
    events: [],
    failing: false,
    async list(use) {
      await Promise.resolve();
      check();
      return store.keys.filter((key) => key.use === use);
    },
    async add(key, event) {
      await Promise.resolve();
      check();
      const isTaken = store.keys.some(
        ({ use, activeAt }) => use === key.use && activeAt.getTime() === key.activeAt.getTime(),
      );
      if (isTaken) throw new BrokerError('request.malformed');
      store.keys.push(key);
      store.events.push(event);
    },
    async retire(id, retiredAt, event) {
      await Promise.resolve();
      check();
      const index = store.keys.findIndex((key) => key.id === id);
      const key = store.keys[index];
      if (key === undefined) throw new Error(`no key ${id}`);
      store.keys[index] = { ...key, retiredAt };
      store.events.push(event);
    },
  };
  return store;
}
