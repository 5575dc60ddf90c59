import type { MfaDevices } from './mfa-devices.ts';
import type { SamlMetadata } from './saml-metadata.ts';
import type { Sessions } from './sessions.ts';
import type { WebIdentityKeys } from './web-identity-keys.ts';
import type { World } from './world.ts';

/** What every service of the sandbox works on. */
export interface AwsState {
  readonly world: World;
  readonly sessions: Sessions;
  readonly mfaDevices: MfaDevices;
  readonly samlMetadata: SamlMetadata;
  readonly webIdentityKeys: WebIdentityKeys;
  /** The sandbox's own place for browsers to post assertions to; a Recipient beside AWS's own. */
  readonly samlEndpoint: string;
}
