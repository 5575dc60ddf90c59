/**
 * How well-known products speak OpenID Connect, as far as it differs from the standard's own names. All ten of
 * PROVIDER_PRESETS have a provider of it; what a product leaves to its administrator keeps the usual names.
 */
import type { ProviderPreset } from '../../core/catalogue.ts';

export interface OpenIdPreset {
  readonly groupsClaim?: string;
  readonly emailClaim?: string;
  readonly displayNameClaim?: string;
  /** Claims are left out of the ID token where there is an access token (OpenID Connect Core section 5.4). */
  readonly userinfo?: boolean;
  /** A claim that lists authentication contexts, asked for with the `claims` parameter, where acr does not. */
  readonly contextsClaim?: string;
  /** How far in the past the product dates its tokens, for receivers whose clocks are behind. */
  readonly backdatesSeconds?: number;
  /** Whether `offline_access` counts only with `prompt=consent`, as OpenID Connect Core section 11 has it. */
  readonly offlineNeedsConsent?: boolean;
  /** Sent in place of the scope `offline_access`, by products that do not have it. */
  readonly offlineParameters?: Readonly<Record<string, string>>;
}

export const OPENID_PRESETS: Readonly<Record<ProviderPreset, OpenIdPreset>> = {
  // Groups are object ids, and above 200 of them a link: see groups-overage. Its consent is an administrator's
  // affair: prompt=consent would show everybody a dialog that most may not accept.
  // https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
  'entra-id': { contextsClaim: 'acrs', backdatesSeconds: 300, offlineNeedsConsent: false },
  // With an access token the ID token is "thin": profile, e-mail and most groups claims are at userinfo.
  // https://help.okta.com/en-us/Content/topics/security/api-config-claims.htm
  okta: { userinfo: true, offlineNeedsConsent: false },
  // Its userinfo knows `sub` alone; the rest comes from issuance rules, in the short names of Microsoft's claim
  // types: Group (http://schemas.xmlsoap.org/claims/Group) becomes `group`. `name` is not among them.
  // https://learn.microsoft.com/openspecs/windows_protocols/ms-oidce/
  adfs: {
    groupsClaim: 'group',
    emailClaim: 'email',
    displayNameClaim: 'unique_name',
    offlineNeedsConsent: false,
  },
  // No groups by OpenID Connect at all: its mappings name users, or `hd` among the attributes.
  // https://developers.google.com/identity/openid-connect/openid-connect#access-type-param
  'google-workspace': { offlineParameters: { access_type: 'offline' } },
  // The mapper "Group Membership" writes `groups`, as paths where "Full group path" is on.
  keycloak: { offlineNeedsConsent: false },
  // Claims go to userinfo unless a relying party's profile lists them; memberships travel as entitlements.
  shibboleth: { userinfo: true, groupsClaim: 'eduperson_entitlement' },
  // `groups` is a private scope of the module's configuration; claims go to userinfo by default.
  simplesamlphp: { userinfo: true },
  // The scope `groups` puts the person's groups or roles at userinfo. `offline_access` is an error in this flow:
  // refresh tokens come where the application's settings turn them on.
  // https://developers.onelogin.com/openid-connect/scopes
  onelogin: { userinfo: true, offlineNeedsConsent: false, offlineParameters: {} },
  // Attribute mappings of the application; the standard scopes' claims are at userinfo.
  // https://developer.pingidentity.com/pingone-api/ (OpenID Connect scopes)
  ping: { userinfo: true, offlineNeedsConsent: false },
  // `groups` and `roles` are reserved there and are silently left out: an Action sets this claim instead.
  // https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims
  auth0: { groupsClaim: 'daypass_groups', offlineNeedsConsent: false },
};
