import { createPrivateKey } from 'node:crypto';
import type { ServiceProviderKey, ServiceProviderKeys } from '../../src/core/ports/service-provider-keys.ts';
import { createCertifiedKey } from './self-signed-certificate.ts';

interface Made {
  readonly signing: ServiceProviderKey;
  readonly encryption: ServiceProviderKey;
}

let made: Made | undefined;

/** Made at first use and the same ever after: making two takes half a second of a processor. */
function keys(): Made {
  made ??= {
    signing: certified('service provider, signing'),
    encryption: certified('service provider, encryption'),
  };
  return made;
}

/** Keys of our side as service provider. */
export function memoryServiceProviderKeys(): ServiceProviderKeys {
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
