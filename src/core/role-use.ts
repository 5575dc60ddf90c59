/** How a role is used, as far as AWS has to allow it. */
import type { Catalogue, ConnectorSettings } from './catalogue.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import type { Permit } from './decide-access.ts';
import { supportOf } from './role-limits.ts';

/** What of a session is asked for, and hence has to be allowed beside the action itself: else the whole call fails. */
export interface SessionNeeds {
  readonly sessionTags: boolean;
  readonly sourceIdentity: boolean;
}

export function actionsFor(action: string, { sessionTags, sourceIdentity }: SessionNeeds): string[] {
  return [
    action,
    ...(sessionTags ? ['sts:TagSession'] : []),
    ...(sourceIdentity ? ['sts:SetSourceIdentity'] : []),
  ];
}

export interface RoleUse extends SessionNeeds {
  /** Providers whose people's own tokens are passed on, with the audiences of those tokens. */
  readonly openidClients: readonly { readonly issuer: string; readonly clientIds: readonly string[] }[];
}

/** By everybody whom some mapping gives the role. */
export function useOfRole(
  { connectors }: Pick<Catalogue, 'connectors'>,
  { roles, mappings }: CompiledCatalogue,
  roleId: string,
): RoleUse {
  const role = roles.get(roleId)?.role;
  const giving = [...mappings.values()].filter(({ roleIds }) => roleIds.has(roleId));
  const limits = giving.map(({ mapping }) => mapping.limits);
  const from = new Set(giving.map(({ mapping }) => mapping.connector));
  return {
    sessionTags: limits.some(({ sessionTags }) => sessionTags.length > 0),
    sourceIdentity:
      role !== undefined &&
      supportOf(role).sourceIdentity &&
      limits.some(({ sourceIdentity }) => sourceIdentity !== false),
    openidClients: openidClients(connectors.filter(({ id }) => from.has(id))),
  };
}

/** By the one who has this permit. */
export function useOfPermit(
  { connectors }: Pick<Catalogue, 'connectors'>,
  { principal, sessionTags, sourceIdentity }: Permit,
): RoleUse {
  const from = principal.kind === 'user' ? principal.identity.connectorId : undefined;
  return {
    sessionTags: sessionTags.length > 0,
    sourceIdentity: sourceIdentity !== undefined,
    openidClients: openidClients(connectors.filter(({ id }) => id === from)),
  };
}

/** AWS has one provider for each issuer, with all the audiences. */
function openidClients(connectors: readonly ConnectorSettings[]): RoleUse['openidClients'] {
  const clients = new Map<string, Set<string>>();
  for (const connector of connectors) {
    if (connector.kind !== 'oidc') continue;
    const { issuer, clientId } = connector;
    clients.set(issuer, (clients.get(issuer) ?? new Set()).add(clientId));
  }
  return [...clients].map(([issuer, clientIds]) => ({ issuer, clientIds: [...clientIds] }));
}
