import { createPrivateKey } from 'node:crypto';
import type { ServiceProviderKey, ServiceProviderKeys } from '../../src/core/ports/service-provider-keys.ts';
import { createCertifiedKey } from './self-signed-certificate.ts';

/** Keys of a service provider, made at first use. */
export function memoryServiceProviderKeys(): ServiceProviderKeys {
  let made: { readonly signing: ServiceProviderKey; readonly encryption: ServiceProviderKey } | undefined;
  const keys = (): NonNullable<typeof made> =>
    (made ??= {
      signing: certified('service provider, signing'),
      encryption: certified('service provider, encryption'),
    });
  return {
    signing: () => Promise.resolve(keys().signing),
    decryption: () => Promise.resolve([keys().encryption]),
    certificates: () =>
      Promise.resolve({
        signing: [keys().signing.certificate],
        encryption: [keys().encryption.certificate],
      }),
  };
}

function certified(name: string): ServiceProviderKey {
  const { privateKey, certificate } = createCertifiedKey(name);
  return { privateKey: createPrivateKey(privateKey), certificate };
}
