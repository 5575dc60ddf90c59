import type { SamlConnectorSettings } from '../../core/catalogue.ts';
import { NO_PRESET, SAML_PRESETS } from './presets.ts';

/** A connector's settings with nothing left open. */
export interface SamlSettings extends SamlConnectorSettings {
  readonly signed: 'assertion' | 'response' | 'both';
  readonly groupsAttribute: string;
  readonly emailAttribute: string;
  readonly displayNameAttribute: string;
  /** Attributes that may stand several times. */
  readonly repeatedAttributes: readonly string[];
}

/** What is given counts before what is usual. */
export function settleSamlSettings(given: SamlConnectorSettings): SamlSettings {
  const usual = given.preset === undefined ? NO_PRESET : SAML_PRESETS[given.preset];
  const groupsAttribute = given.groupsAttribute ?? usual.groupsAttribute;
  return {
    ...given,
    signed: given.signed ?? usual.signed,
    groupsAttribute,
    emailAttribute: given.emailAttribute ?? usual.emailAttribute,
    displayNameAttribute: given.displayNameAttribute ?? usual.displayNameAttribute,
    repeatedAttributes: usual.repeats === undefined ? [] : [...usual.repeats, groupsAttribute],
  };
}
