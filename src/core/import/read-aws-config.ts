/**
 * The AWS CLI's own `~/.aws/config`: a role for each profile that has one. It says nothing of who may use them, so
 * it gives no mappings. Of keys nothing is read but where they stand.
 */
import type { Partition, RoleGrant } from '../catalogue.ts';
import {
  leftOut,
  noFindings,
  quoted,
  toCheck,
  type Findings,
  type ImportFile,
  type Place,
} from './findings.ts';
import { iniSections, type IniSection } from './ini-sections.ts';
import { readRoleArn } from './role-arn.ts';

export interface AwsConfigSettings {
  /** By which the roles that another key's profile leads to are assumed; else they are by SAML. */
  readonly credentialSource?: string | undefined;
}

export function readAwsConfig(files: readonly ImportFile[], settings: AwsConfigSettings): Findings {
  const findings = noFindings();
  for (const { name: file, text } of files) {
    const { sections, strayLines } = iniSections(text);
    const at = (line: number): Place => ({ file, place: `line ${line}` });
    for (const line of strayLines) leftOut(findings, at(line), 'is neither a section nor a setting');
    const profiles = new Map(sections.map((section) => [profileName(section.title), section]));
    for (const section of sections) readSection(section, { findings, at, profiles, settings });
  }
  const [first] = findings.roles;
  if (first !== undefined)
    toCheck(findings, first.at, 'such files do not say who may use these roles: write mappings for them');
  return findings;
}

interface Work {
  readonly findings: Findings;
  readonly at: (line: number) => Place;
  readonly profiles: ReadonlyMap<string, IniSection>;
  readonly settings: AwsConfigSettings;
}

function profileName(title: string): string {
  return title.replace(/^profile\s+/, '');
}

/** What is read of a profile; the others are told. */
const READ = [
  'role_arn',
  'source_profile',
  'external_id',
  'duration_seconds',
  'sso_account_id',
  'sso_role_name',
  'sso_session',
  'sso_start_url',
  'sso_region',
] as const;
type Read = (typeof READ)[number];

function readSection({ title, line, settings }: IniSection, work: Work): void {
  const { findings, at } = work;
  if (/^(?:sso-session|services)\s/.test(title)) return;
  for (const { key, line: place } of settings) {
    if (!READ.some((each) => each === key))
      leftOut(findings, at(place), `${quoted(key)} has no place in the catalogue`);
  }
  const values = new Map(settings.map(({ key, value }) => [key, value]));
  const profile: Profile = { name: profileName(title), at: at(line), value: (key) => values.get(key) };
  if (profile.value('role_arn') !== undefined) addAssumedRole(profile, work);
  else if (profile.value('sso_role_name') !== undefined) addPermissionSet(profile, work);
  else leftOut(findings, at(line), `profile ${quoted(profile.name)} names no role`);
}

interface Profile {
  readonly name: string;
  readonly at: Place;
  readonly value: (key: Read) => string | undefined;
}

function addAssumedRole(profile: Profile, work: Work): void {
  const { findings } = work;
  const { name, at } = profile;
  const role = readRoleArn(profile.value('role_arn') ?? '');
  const grant = grantOf(profile, work);
  if (role === undefined) leftOut(findings, at, `profile ${quoted(name)}: role_arn is no role’s ARN`);
  else if (typeof grant === 'string') leftOut(findings, at, `profile ${quoted(name)}: ${grant}`);
  else {
    const { partition, ...named } = role;
    const settings = { ...named, ...durationOf(profile, findings), label: name, grant };
    findings.roles.push({ settings, partition, called: name, at });
  }
}

/** A reason, where the role cannot be had as the profile has it. */
function grantOf(profile: Profile, { profiles, settings }: Work): RoleGrant | string {
  const externalId = profile.value('external_id');
  const source = profiles.get(profile.value('source_profile') ?? '');
  const isItself = source !== undefined && profileName(source.title) === profile.name;
  const hub = isItself ? undefined : source?.settings.find(({ key }) => key === 'role_arn')?.value;
  const { credentialSource } = settings;
  if (credentialSource === undefined) {
    if (externalId !== undefined)
      return 'it has an external_id, so it needs a credential source of Daypass’s own: name one';
    if (hub !== undefined)
      return 'it is assumed from another role, so it needs a credential source of Daypass’s own: name one';
    return { method: 'assume-role-with-saml', samlProviderName: 'daypass' };
  }
  if (hub !== undefined && isChain(source, profiles)) return 'it is assumed over more than one other role';
  return {
    method: 'assume-role',
    credentialSource,
    ...(externalId === undefined ? {} : { externalId }),
    ...(hub === undefined ? {} : { hubRoleArn: hub }),
  };
}

function isChain(source: IniSection | undefined, profiles: Work['profiles']): boolean {
  const further = source?.settings.find(({ key }) => key === 'source_profile')?.value ?? '';
  const next = profiles.get(further);
  return next !== source && next?.settings.some(({ key }) => key === 'role_arn') === true;
}

/** What the profile asks for, which the role's own maximum is at least. */
function durationOf(profile: Profile, findings: Findings): { maximumDurationSeconds?: number } {
  const text = profile.value('duration_seconds');
  const seconds = Number(text);
  if (text === undefined) return {};
  if (/^\d{3,5}$/.test(text) && seconds >= 900 && seconds <= 43_200)
    return { maximumDurationSeconds: seconds };
  leftOut(findings, profile.at, `profile ${quoted(profile.name)}: duration_seconds is not 900 to 43200`);
  return {};
}

function addPermissionSet(profile: Profile, { findings }: Work): void {
  const { name, at } = profile;
  const [accountId, roleName] = [profile.value('sso_account_id'), profile.value('sso_role_name') ?? ''];
  if (accountId === undefined) {
    leftOut(findings, at, `profile ${quoted(name)}: sso_account_id is missing`);
    return;
  }
  toCheck(
    findings,
    at,
    `profile ${quoted(name)}: make a role ${quoted(roleName)} in account ${quoted(accountId)}; nobody else can assume Identity Center’s own`,
  );
  findings.roles.push({
    settings: { accountId, roleName, label: name, grant: { method: 'assume-role-with-saml' } },
    partition: partitionOfRegion(profile.value('sso_region')),
    called: name,
    at,
  });
}

function partitionOfRegion(region = ''): Partition {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('eusc-') ? 'aws-eusc' : 'aws';
}
