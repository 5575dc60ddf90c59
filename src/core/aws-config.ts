/**
 * A whole `~/.aws/config` for the roles that somebody may use.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 *
 * The format has no quotes, so nothing is written here but what cannot end its line: names from `profile-names`,
 * ids and regions that the catalogue's schema has checked, and addresses as URLs print themselves.
 */
import type { Account, Partition, Role } from './catalogue.ts';
import { profileNames, type RoleInAccount } from './profile-names.ts';

export const AWS_CONFIG_STYLES = ['sso', 'credential-process', 'credential-process-powershell'] as const;
export type AwsConfigStyle = (typeof AWS_CONFIG_STYLES)[number];

export interface AwsConfigSettings {
  readonly baseUrl: string;
  readonly startUrl: string;
  /** The first is a partition's own. */
  readonly regions: Readonly<Record<Partition, readonly string[]>>;
  /** The broker's own STS endpoint, where it has one: what it hands out works there alone. */
  readonly endpoints: { readonly sts?: string };
}

export interface AwsConfigWish {
  readonly style: AwsConfigStyle;
  /** A template that `isProfileNameTemplate` takes. */
  readonly profileName: string;
}

export interface AwsProfile extends RoleInAccount {
  readonly name: string;
  readonly region: string;
}

export interface AwsConfig {
  readonly text: string;
  readonly profiles: readonly AwsProfile[];
  /** Roles that people may use, but no tool by itself. */
  readonly leftOut: readonly RoleInAccount[];
}

/** Of the sso-session and the services alike; the AWS CLI keeps its tokens by it. */
const SECTION = 'daypass';

export function awsConfig(
  entries: readonly RoleInAccount[],
  settings: AwsConfigSettings,
  { style, profileName }: AwsConfigWish,
): AwsConfig {
  const open = entries.filter(({ role }) => role.reservedForServices.length === 0);
  const usable = open.filter(({ role }) => isUsableBy(style, role));
  const names = profileNames(usable, profileName);
  const profiles = usable.map(({ role, account }, index) => ({
    name: names[index] ?? role.id,
    role,
    account,
    region: regionOf(account, settings),
  }));
  const leftOut = open.filter(({ role }) => !isUsableBy(style, role));
  const services = servicesOf(style, settings);
  const lines = [
    `# AWS roles by Daypass at ${addressOf(settings.baseUrl)}`,
    ...(leftOut.length > 0 ? [`# Without, as pages alone hand them out: ${idsOf(leftOut)}`] : []),
    ...(style === 'sso' ? sessionLines(settings) : []),
    ...serviceLines(services),
    ...defaultLines(services, settings),
    ...profiles.flatMap((profile) => profileLines(profile, style, services.length > 0)),
  ];
  return {
    text: `${lines.join('\n')}\n`,
    profiles,
    leftOut,
  };
}

const idsOf = (entries: readonly RoleInAccount[]): string => entries.map(({ role }) => role.id).join(', ');

/** No tool passes an MFA code on, and a token of one's own comes without the identity provider's. */
function isUsableBy(style: AwsConfigStyle, { grant }: Role): boolean {
  if (grant.method === 'get-session-token') return grant.mfaSerialNumber === undefined;
  return style === 'sso' || grant.method !== 'assume-role-with-web-identity' || grant.token !== 'user';
}

function regionOf({ region, partition }: Account, { regions }: AwsConfigSettings): string {
  return region ?? regions[partition][0] ?? '';
}

type Service = readonly [id: string, address: string];

function servicesOf(style: AwsConfigStyle, { baseUrl, endpoints }: AwsConfigSettings): Service[] {
  const ours = style === 'sso' ? ['sso', 'sso_oidc', 'signin'] : [];
  return [
    ...ours.map((id): Service => [id, addressOf(baseUrl)]),
    ...(endpoints.sts === undefined ? [] : [['sts', addressOf(endpoints.sts)] as const]),
  ];
}

/** As the URL prints itself: no white space, no control characters; without a quote it fits any shell's quotes too. */
export function addressOf(url: string): string {
  return new URL(url).href.replaceAll("'", '%27').replace(/\/$/, '');
}

function sessionLines({ startUrl, regions }: AwsConfigSettings): string[] {
  return [
    '',
    `[sso-session ${SECTION}]`,
    `sso_start_url = ${addressOf(startUrl)}`,
    `sso_region = ${regions.aws[0] ?? ''}`,
    'sso_registration_scopes = sso:account:access',
  ];
}

function serviceLines(services: readonly Service[]): string[] {
  if (services.length === 0) return [];
  return [
    '',
    `[services ${SECTION}]`,
    ...services.flatMap(([id, address]) => [`${id} =`, `  endpoint_url = ${address}`]),
  ];
}

/**
 * Without a profile the AWS CLI reads the services of `[default]`: without them there, `aws sso login --sso-session` would
 * go to AWS, and `aws sso logout` would send Daypass's access token there.
 */
function defaultLines(services: readonly Service[], { regions }: AwsConfigSettings): string[] {
  if (services.length === 0) return [];
  return ['', '[default]', `region = ${regions.aws[0] ?? ''}`, `services = ${SECTION}`];
}

function profileLines(
  { name, role, account, region }: AwsProfile,
  style: AwsConfigStyle,
  hasServices: boolean,
): string[] {
  return [
    '',
    `[profile ${name}]`,
    ...(style === 'sso'
      ? [`sso_session = ${SECTION}`, `sso_account_id = ${account.id}`, `sso_role_name = ${role.id}`]
      : [`credential_process = ${credentialProcess(role.id, style)}`]),
    `region = ${region}`,
    ...(hasServices ? [`services = ${SECTION}`] : []),
  ];
}

/** Most tools start it without a shell, so that none would know `~` or `$HOME`. */
function credentialProcess(roleId: string, style: Exclude<AwsConfigStyle, 'sso'>): string {
  return style === 'credential-process'
    ? `sh -c 'sh "$HOME/.aws/daypass.sh" ${roleId}'`
    : String.raw`powershell -NoProfile -ExecutionPolicy Bypass -Command "& (Join-Path $HOME '.aws\daypass.ps1') ${roleId}"`;
}
