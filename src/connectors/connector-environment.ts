import type { Clock } from '../core/ports/clock.ts';
import type { ServiceProviderKeys } from '../core/ports/service-provider-keys.ts';
import type { Secret } from '../lib/secret.ts';
import type { ResponseVerifier } from './saml/verifier-thread.ts';

/** What every connector is given besides its own settings. */
export interface ConnectorEnvironment {
  /** The broker's origin, without a trailing slash. Addresses towards providers are made from it alone. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** Plain http towards identity providers: only while the broker itself is on loopback. */
  readonly allowHttp: boolean;
  /** Our own keys as SAML service provider. */
  readonly keys: ServiceProviderKeys;
  /** One for all connectors: it has a thread. */
  readonly samlVerifier: ResponseVerifier;
  secret(name: string): Secret | undefined;
  /** Tells the operator; a connector does not repeat itself while nothing changes. */
  readonly report?: (notice: ConnectorNotice) => void;
}

/** What an operator should hear of a provider, although sign-ins may still go on. */
export interface ConnectorNotice {
  readonly connectorId: string;
  readonly kind: 'refresh-failed' | 'certificate-expired' | 'certificate-ends-soon';
  readonly detail: string;
}
