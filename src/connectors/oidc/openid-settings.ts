import type { OidcConnectorSettings } from '../../core/catalogue.ts';

/** A connector's settings with nothing left open. */
export interface OpenIdSettings extends OidcConnectorSettings {
  readonly userinfo: boolean;
  readonly groupsClaim: string;
  readonly emailClaim: string;
  readonly displayNameClaim: string;
}

/** What is given counts before what is usual. */
export function settleOpenIdSettings(given: OidcConnectorSettings): OpenIdSettings {
  return {
    ...given,
    userinfo: given.userinfo ?? false,
    groupsClaim: given.groupsClaim ?? 'groups',
    emailClaim: given.emailClaim ?? 'email',
    displayNameClaim: given.displayNameClaim ?? 'name',
  };
}
