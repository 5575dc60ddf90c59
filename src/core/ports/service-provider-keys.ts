import type { KeyObject } from 'node:crypto';

/** The broker's keys towards its identity providers, as SAML service provider: never those that AWS trusts. */
export interface ServiceProviderKeys {
  /** Signs our requests and logout messages. */
  signing(): Promise<ServiceProviderKey>;
  /** Every key by which a provider may encrypt for us now, newest first. */
  decryption(): Promise<readonly ServiceProviderKey[]>;
  /** X.509 PEM: every certificate that signs now or soon, and those to encrypt for. For our metadata. */
  certificates(): Promise<{ readonly signing: readonly string[]; readonly encryption: readonly string[] }>;
}

export interface ServiceProviderKey {
  readonly privateKey: KeyObject;
  /** X.509 PEM. */
  readonly certificate: string;
}
