/**
 * The broker as identity provider towards AWS: it mints for one role, one use and minutes, and publishes the
 * keys that prove it. Who may have which role is decided long before; nothing else is ever signed with these
 * keys. Towards its own identity providers the broker has keys of their own.
 */
import type { Clock } from '../core/ports/clock.ts';
import type { PublishedKeys, Signer } from '../core/ports/signer.ts';
import type { ServiceProviderKeys } from '../core/ports/service-provider-keys.ts';
import type { SigningKeyStore } from '../core/ports/stores.ts';
import { selfSignedCertificate } from './certificate.ts';
import { KeySet, type NewKey } from './key-set.ts';
import { createServiceProviderKeys, type ServiceProviderKeySets } from './service-provider-keys.ts';
import { createPublishedKeys, samlEntityId, webIdentityIssuer } from './published-keys.ts';
import { mintSamlResponse } from './saml-assertion.ts';
import { mintWebIdentityToken } from './web-identity-token.ts';

interface SigningOptions {
  /** An origin, without a trailing slash. */
  readonly baseUrl: string;
  readonly store: SigningKeyStore;
  readonly clock: Clock;
  readonly activeDays: number;
  readonly overlapDays: number;
}

export interface Signing {
  readonly signer: Signer;
  readonly publishedKeys: PublishedKeys;
  readonly serviceProviderKeys: ServiceProviderKeys;
  /**
   * Makes and retires keys as their time comes. Every use of a key does so too; called at the start and now and
   * then, it keeps the wait for a new key away from requests.
   */
  maintain(): Promise<void>;
}

export function createSigning(options: SigningOptions): Signing {
  const { baseUrl, clock } = options;
  const saml = new KeySet({ ...options, use: 'saml', publicPart: certificateOf });
  const webIdentity = new KeySet({ ...options, use: 'web-identity', publicPart: spkiOf });
  const ours = serviceProviderKeySets(options);
  return {
    signer: {
      samlAssertion: async (request) =>
        mintSamlResponse(request, {
          issuer: samlEntityId(baseUrl),
          now: clock.now(),
          key: await saml.active(),
        }),
      webIdentityToken: async (request) =>
        mintWebIdentityToken(request, {
          issuer: webIdentityIssuer(baseUrl),
          now: clock.now(),
          key: await webIdentity.active(),
        }),
    },
    publishedKeys: createPublishedKeys({ baseUrl, saml, webIdentity }),
    serviceProviderKeys: createServiceProviderKeys(ours),
    async maintain() {
      await Promise.all([saml, webIdentity, ours.signing, ours.encryption].map((keys) => keys.active()));
    },
  };
}

function serviceProviderKeySets(options: SigningOptions): ServiceProviderKeySets {
  return {
    signing: new KeySet({ ...options, use: 'sp-signing', publicPart: certificateOf }),
    encryption: new KeySet({ ...options, use: 'sp-encryption', publicPart: certificateOf }),
  };
}

const DAY_MS = 86_400_000;

/**
 * Valid for much longer than any key signs: what ends a key is that it is no longer published. An expired
 * certificate would end it as well, without a successor. It begins a day early, for clocks that are behind.
 */
function certificateOf({ id, privateKey, publicKey, createdAt }: NewKey): Promise<string> {
  return selfSignedCertificate({
    privateKey,
    publicKey,
    commonName: `Daypass ${id}`,
    notBefore: new Date(createdAt.getTime() - DAY_MS),
    notAfter: new Date(createdAt.getTime() + 3_650 * DAY_MS),
  });
}

function spkiOf({ publicKey }: NewKey): Promise<string> {
  return Promise.resolve(publicKey.export({ type: 'spki', format: 'pem' }).toString());
}
