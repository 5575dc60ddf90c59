/** What somebody needs to set their AWS tools up for all of their roles. */
import {
  AWS_CONFIG_STYLES,
  awsConfig,
  type AwsConfig,
  type AwsConfigSettings,
  type AwsConfigStyle,
} from '../core/aws-config.ts';
import { BrokerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { isProfileNameTemplate, PROFILE_NAME_HINT } from '../core/profile-names.ts';
import type { EntitlementSource } from './list-entitlements.ts';

/** As it came from outside; what is absent is the usual. */
export interface SetupWish {
  readonly style?: string | undefined;
  readonly profileName?: string | undefined;
}

export interface AwsSetup {
  readonly settings: AwsConfigSettings;
  /** @throws BrokerError `request.malformed` */
  configFor(principal: Principal, wish?: SetupWish): Promise<AwsConfig>;
}

export interface AwsSetupOptions extends AwsConfigSettings {
  readonly profileName: string;
  readonly entitlements: Pick<EntitlementSource, 'list'>;
}

export function createAwsSetup({ entitlements, profileName, ...settings }: AwsSetupOptions): AwsSetup {
  return {
    settings,
    async configFor(principal, wish = {}) {
      const style = styleOf(wish.style);
      const template = templateOf(wish.profileName ?? profileName);
      return awsConfig(await entitlements.list(principal), settings, { style, profileName: template });
    },
  };
}

function styleOf(text: string = 'sso'): AwsConfigStyle {
  const style = AWS_CONFIG_STYLES.find((each) => each === text);
  if (style === undefined) {
    throw new BrokerError('request.malformed', { hint: `style is one of: ${AWS_CONFIG_STYLES.join(', ')}.` });
  }
  return style;
}

function templateOf(text: string): string {
  if (isProfileNameTemplate(text)) return text;
  throw new BrokerError('request.malformed', { hint: `profileName: ${PROFILE_NAME_HINT}.` });
}
