/**
 * Administrators that no identity provider vouches for: whoever sets a new installation up, and whoever comes by
 * break-glass while the provider is down. Their connectors' ids are none that a catalogue can have, so no mapping names
 * them: they administer, and no role is theirs.
 */
import type { Identity, Principal } from './principal.ts';

export const OWN_ADMINISTRATORS = {
  'first-run': ownIdentity('_first-run', 'First run'),
  'break-glass': ownIdentity('_break-glass', 'Break-glass'),
} as const satisfies Readonly<Record<string, Identity>>;

type OwnAdministrator = keyof typeof OWN_ADMINISTRATORS;

function ownIdentity(connectorId: string, displayName: string): Identity {
  return { connectorId, subject: 'administrator', displayName, groups: [], attributes: new Map() };
}

/** Only by its own session: what such a session allowed a token or a client would outlast it. */
export function isOwnAdministrator(which: OwnAdministrator, principal: Principal): boolean {
  return (
    principal.kind === 'user' &&
    principal.standing.kind === 'sign-in-session' &&
    principal.identity.connectorId === OWN_ADMINISTRATORS[which].connectorId
  );
}
