import type { SamlConnectorSettings } from '../../core/catalogue.ts';

/** A connector's settings with nothing left open. */
export interface SamlSettings extends SamlConnectorSettings {
  readonly signed: 'assertion' | 'response' | 'both';
  readonly groupsAttribute: string;
  readonly emailAttribute: string;
  readonly displayNameAttribute: string;
}

/** What is given counts before what is usual. */
export function settleSamlSettings(given: SamlConnectorSettings): SamlSettings {
  return {
    ...given,
    signed: given.signed ?? 'assertion',
    groupsAttribute: given.groupsAttribute ?? 'groups',
    emailAttribute: given.emailAttribute ?? 'email',
    displayNameAttribute: given.displayNameAttribute ?? 'displayName',
  };
}
