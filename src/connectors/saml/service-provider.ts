import type { Clock } from '../../core/ports/clock.ts';
import type { ServiceProviderKeys } from '../../core/ports/service-provider-keys.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import type { SamlSettings } from './saml-settings.ts';

/** The broker as this connector's identity provider knows it. */
export interface ServiceProvider {
  readonly settings: SamlSettings;
  readonly clock: Clock;
  readonly keys: ServiceProviderKeys;
  readonly entityId: string;
  readonly acsUrl: string;
  readonly logoutUrl: string;
}

export function serviceProviderOf(
  settings: SamlSettings,
  environment: ConnectorEnvironment,
): ServiceProvider {
  const { baseUrl, clock, keys } = environment;
  const root = `${baseUrl}/saml/${settings.id}`;
  return {
    settings,
    clock,
    keys,
    entityId: `${root}/metadata`,
    acsUrl: `${root}/acs`,
    logoutUrl: `${root}/logout`,
  };
}
