import type { ServiceProviderKey, ServiceProviderKeys } from '../core/ports/service-provider-keys.ts';
import type { ActiveKey, KeySet } from './key-set.ts';

export interface ServiceProviderKeySets {
  readonly signing: KeySet;
  readonly encryption: KeySet;
}

/** Whoever signs with a key publishes it first; whoever decrypts with one publishes its successor first. */
export function createServiceProviderKeys({
  signing,
  encryption,
}: ServiceProviderKeySets): ServiceProviderKeys {
  return {
    signing: async () => keyOf(await signing.active()),
    decryption: async () => (await encryption.usable()).map(keyOf),
    async certificates() {
      const [signs, [newest]] = await Promise.all([signing.published(), encryption.usable()]);
      return {
        signing: signs.map(({ publicPart }) => publicPart),
        // One alone, so that nobody encrypts for a key that is about to go.
        encryption: newest === undefined ? [] : [newest.publicPart],
      };
    },
  };
}

function keyOf({ privateKey, publicPart }: ActiveKey): ServiceProviderKey {
  return { privateKey, certificate: publicPart };
}
