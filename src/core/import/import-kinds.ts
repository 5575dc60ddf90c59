/** What can be imported, by name: each kind reads files of one sort, and never throws whatever they hold. */
import type { Findings, ImportFile } from './findings.ts';
import { readAwsConfig, type AwsConfigSettings } from './read-aws-config.ts';
import { readIdentityCenter } from './read-identity-center.ts';
import { readSamlRoles } from './read-saml-roles.ts';

export const IMPORT_KINDS = ['identity-center', 'saml-roles', 'aws-config'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

export const READ_IMPORT: Readonly<
  Record<ImportKind, (files: readonly ImportFile[], settings: AwsConfigSettings) => Findings>
> = {
  'identity-center': readIdentityCenter,
  'saml-roles': readSamlRoles,
  'aws-config': readAwsConfig,
};
