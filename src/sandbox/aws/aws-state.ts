import type { AuthorizationMessages } from './sts/authorization-messages.ts';
import type { MfaDevices } from './sts/mfa-devices.ts';
import type { SamlMetadata } from './sts/saml/saml-metadata.ts';
import type { Sessions } from './sts/sessions.ts';
import type { WebIdentityKeys } from './sts/web-identity/web-identity-keys.ts';
import type { World } from './organization/world.ts';

/** What every service of the sandbox works on. */
export interface AwsState {
  readonly world: World;
  readonly sessions: Sessions;
  readonly authorizationMessages: AuthorizationMessages;
  readonly mfaDevices: MfaDevices;
  readonly samlMetadata: SamlMetadata;
  readonly webIdentityKeys: WebIdentityKeys;
  /** The sandbox's own place for browsers to post assertions to; a Recipient beside AWS's own. */
  readonly samlEndpoint: string;
}
