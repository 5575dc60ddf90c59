/** Everything that Identity Center's clients ask of the broker, joined. */
import {
  createClientAuthorization,
  type ClientAuthorization,
  type ClientAuthorizationDependencies,
} from './client-authorization.ts';
import { createClientRegistrations, type ClientRegistrations } from './client-registrations.ts';
import type { ClientLimits } from './client-limits.ts';
import { createClientRoles, type ClientRoles } from './client-roles.ts';
import { createClientTokens, type ClientTokens, type ClientTokensDependencies } from './client-tokens.ts';
import {
  createDeviceAuthorization,
  type DeviceAuthorization,
  type DeviceAuthorizationDependencies,
} from './device-authorization.ts';
import type { EntitlementSource } from './list-entitlements.ts';

export interface IdentityCenter {
  readonly clientLimits: Pick<ClientLimits, 'startClient'>;
  readonly registrations: ClientRegistrations;
  readonly devices: DeviceAuthorization;
  readonly clientAuthorization: ClientAuthorization;
  readonly clientTokens: ClientTokens;
  readonly clientRoles: ClientRoles;
}

export type IdentityCenterDependencies = ClientTokensDependencies &
  DeviceAuthorizationDependencies &
  Omit<ClientAuthorizationDependencies, 'registrations'> & { readonly entitlements: EntitlementSource };

export function createIdentityCenter(dependencies: IdentityCenterDependencies): IdentityCenter {
  const { hash, clock, clientLimits, entitlements } = dependencies;
  const registrations = createClientRegistrations(hash, clock);
  return {
    clientLimits,
    registrations,
    devices: createDeviceAuthorization(dependencies),
    clientAuthorization: createClientAuthorization({ ...dependencies, registrations }),
    clientTokens: createClientTokens(dependencies),
    clientRoles: createClientRoles(entitlements),
  };
}
