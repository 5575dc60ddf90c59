import type { OidcConnectorSettings } from '../../core/catalogue.ts';
import { OPENID_PRESETS, type OpenIdPreset } from './presets.ts';

/** How old a token may be that has only just been asked for. */
const MAXIMUM_TOKEN_AGE_SECONDS = 300;

/** A connector's settings with nothing left open. */
export interface OpenIdSettings extends OidcConnectorSettings {
  readonly userinfo: boolean;
  readonly groupsClaim: string;
  readonly emailClaim: string;
  readonly displayNameClaim: string;
  readonly contextsClaim: string | undefined;
  readonly maximumTokenAgeSeconds: number;
  readonly asksForConsent: boolean;
  readonly requestParameters: Readonly<Record<string, string>>;
}

/** What is given counts before the preset's, and that before what is usual. */
export function settleOpenIdSettings(given: OidcConnectorSettings): OpenIdSettings {
  const preset: OpenIdPreset = given.preset === undefined ? {} : OPENID_PRESETS[given.preset];
  return {
    ...given,
    userinfo: given.userinfo ?? preset.userinfo ?? false,
    groupsClaim: given.groupsClaim ?? preset.groupsClaim ?? 'groups',
    emailClaim: given.emailClaim ?? preset.emailClaim ?? 'email',
    displayNameClaim: given.displayNameClaim ?? preset.displayNameClaim ?? 'name',
    contextsClaim: preset.contextsClaim,
    maximumTokenAgeSeconds: MAXIMUM_TOKEN_AGE_SECONDS + (preset.backdatesSeconds ?? 0),
    ...settleOfflineAccess(given.scopes, preset),
  };
}

/** Refresh tokens are asked for where the scopes say so, in the product's own way. */
function settleOfflineAccess(
  given: readonly string[],
  { offlineNeedsConsent = true, offlineParameters }: OpenIdPreset,
): Pick<OpenIdSettings, 'scopes' | 'asksForConsent' | 'requestParameters'> {
  const offline = given.includes('offline_access');
  const replaced = offline && offlineParameters !== undefined;
  return {
    scopes: given.filter((scope) => !replaced || scope !== 'offline_access'),
    asksForConsent: offline && offlineNeedsConsent,
    requestParameters: replaced ? offlineParameters : {},
  };
}
