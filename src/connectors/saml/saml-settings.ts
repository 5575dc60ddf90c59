import type { SamlConnectorSettings } from '../../core/catalogue.ts';
import { NO_PRESET, SAML_PRESETS } from './presets.ts';

/** A connector's settings with nothing left open. */
export interface SamlSettings extends SamlConnectorSettings {
  readonly signed: 'assertion' | 'response' | 'both';
  readonly groupsAttribute: string;
  readonly emailAttribute: string;
  readonly displayNameAttribute: string;
  /** Whether the attribute of the groups may stand several times. */
  readonly repeatsGroups: boolean;
}

/** What is given counts before what is usual. */
export function settleSamlSettings(given: SamlConnectorSettings): SamlSettings {
  const usual = given.preset === undefined ? NO_PRESET : SAML_PRESETS[given.preset];
  return {
    ...given,
    signed: given.signed ?? usual.signed,
    groupsAttribute: given.groupsAttribute ?? usual.groupsAttribute,
    emailAttribute: given.emailAttribute ?? usual.emailAttribute,
    displayNameAttribute: given.displayNameAttribute ?? usual.displayNameAttribute,
    repeatsGroups: usual.repeatsGroups ?? false,
  };
}
