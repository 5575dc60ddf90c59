/**
 * The organization as people write it: one schema for the types, the checks and the editors' JSON Schema.
 * What spans entries (names that must differ, principals that must exist, quotas) is in check-organization.ts.
 * Limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
import { z } from 'zod';

function text(pattern: RegExp, what: string): z.ZodString {
  return z.string().regex(pattern, what);
}

const accountId = text(/^[0-9]{12}$/, 'write the 12 digits of an account id, in quotes').meta({
  description: 'Twelve digits, in quotes: YAML would drop leading zeros.',
});
const region = text(/^[a-z]{2}(?:-[a-z]+){1,2}-[0-9]$/, 'write a region such as us-east-1');
const path = text(/^\/(?:[!-~]{1,510}\/)?$/, 'write / or a path that begins and ends with /');
const roleName = text(/^[\w+=,.@-]{1,64}$/, 'write 1 to 64 letters, digits or any of +=,.@_-');
const longName = text(/^[\w+=,.@-]{1,128}$/, 'write 1 to 128 letters, digits or any of +=,.@_-');
const policyName = text(
  /^[\w+=,.@/-]{1,512}$/,
  'write letters, digits or any of +=,.@_- and / between parts',
);
const policyArn = text(
  /^arn:aws:iam::(?:aws|[0-9]{12}):policy\/[\w+=,.@/-]{1,512}$/,
  'write the ARN of a managed policy',
);
const tags = z.record(z.string().min(1).max(128), z.string().max(256));

/** What stands in it is the policy language's to check, with the place of each mistake. */
const document = z.record(z.string(), z.unknown()).meta({ description: 'An IAM policy document.' });

const policySchema = z.strictObject({ name: policyName, document });

const accessKeySchema = z
  .strictObject({
    id: text(/^AKIA[A-Z2-7]{16}$/, 'write AKIA and 16 of A-Z and 2-7').exactOptional(),
    secret: z.string().min(16).max(128).exactOptional(),
  })
  .meta({ description: 'What is left out is derived from the key of this sandbox.' });

const mfaSeed = text(/^[A-Z2-7]{16,128}$/, 'write the seed in base32: 16 or more of A-Z and 2-7');

const entityShape = {
  path: path.exactOptional(),
  policies: z.array(policySchema).exactOptional(),
  managedPolicyArns: z.array(policyArn).exactOptional(),
  boundary: policySchema.exactOptional(),
  tags: tags.exactOptional(),
};

const userSchema = z.strictObject({
  name: roleName,
  ...entityShape,
  groups: z.array(longName).max(10).exactOptional(),
  accessKeys: z.array(accessKeySchema).max(2).exactOptional().meta({
    description: 'Without this the user has one, derived from the key of this sandbox; [] for none.',
  }),
  mfa: z
    .union([z.boolean(), z.strictObject({ seed: mfaSeed })])
    .exactOptional()
    .meta({ description: 'A virtual device named like the user; true derives its seed.' }),
});

const roleSchema = z.strictObject({
  name: roleName,
  description: z.string().max(1000).exactOptional(),
  maxSessionSeconds: z.int().min(3600).max(43_200).exactOptional(),
  trustPolicy: document,
  ...entityShape,
});

const groupSchema = z.strictObject({
  name: longName,
  policies: entityShape.policies,
  managedPolicyArns: entityShape.managedPolicyArns,
});

const samlProviderSchema = z.strictObject({
  name: text(/^[\w.-]{1,128}$/, 'write 1 to 128 letters, digits or any of ._-'),
  metadataUrl: z.string().max(2048).exactOptional().meta({ description: 'Read at first use.' }),
  metadata: z.string().exactOptional().meta({ description: 'The document itself.' }),
  metadataFile: z
    .string()
    .max(1024)
    .exactOptional()
    .meta({ description: 'A file that holds it, beside this one.' }),
  providerId: text(/^SAMLSP[A-Z0-9]{8,30}$/, 'write SAMLSP and capital letters or digits').exactOptional(),
  privateKeys: z.array(z.string().max(16_384)).max(2).exactOptional(),
  encryption: z.enum(['Allowed', 'Required']).exactOptional(),
});

const oidcProviderSchema = z.strictObject({
  issuer: z.string().max(255),
  clientIds: z.array(z.string().min(1).max(255)).max(100),
  thumbprints: z
    .array(text(/^[0-9a-fA-F]{40}$/, 'write 40 hex digits'))
    .max(5)
    .exactOptional(),
});

const instanceSchema = z.strictObject({
  id: text(/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'write i- and 8 or 17 hex digits'),
  region,
  type: text(/^[a-z0-9-]{1,20}\.[a-z0-9-]{1,20}$/, 'write an instance type such as t3.micro'),
  name: z.string().max(256),
  tags: tags.exactOptional(),
});

const bucketSchema = z.strictObject({
  name: text(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'write 3 to 63 lower-case letters, digits, dots or dashes',
  ),
  region,
  objects: z.record(z.string().min(1).max(1024), z.string().max(100_000)),
  policy: document.exactOptional(),
});

const quotasSchema = z
  .strictObject({
    trustPolicySize: z.int().min(2048).max(4096).exactOptional(),
    managedPoliciesPerRole: z.int().min(10).max(20).exactOptional(),
  })
  .meta({ description: 'Quotas that AWS raised for this account.' });

const accountSchema = z.strictObject({
  id: accountId,
  name: z.string().min(1).max(50),
  alias: text(
    /^[a-z0-9](?:-?[a-z0-9]){2,62}$/,
    'write 3 to 63 lower-case letters, digits and single dashes',
  ).exactOptional(),
  organizationId: text(/^o-[a-z0-9]{10,32}$/, 'write o- and 10 to 32 letters or digits').exactOptional(),
  isManagementAccount: z.boolean().exactOptional(),
  disabledRegions: z.array(region).exactOptional(),
  quotas: quotasSchema.exactOptional(),
  rootAccessKeys: z.array(accessKeySchema).max(2).exactOptional(),
  users: z.array(userSchema).exactOptional(),
  groups: z.array(groupSchema).exactOptional(),
  roles: z.array(roleSchema).exactOptional(),
  samlProviders: z.array(samlProviderSchema).exactOptional(),
  oidcProviders: z.array(oidcProviderSchema).exactOptional(),
  managedPolicies: z.array(policySchema).exactOptional(),
  serviceControlPolicies: z.array(policySchema).exactOptional(),
  instances: z.array(instanceSchema).exactOptional(),
  buckets: z.array(bucketSchema).exactOptional(),
});

export const organizationSchema = z.strictObject({
  awsManagedPolicies: z.array(policySchema).exactOptional(),
  accounts: z.array(accountSchema).min(1).max(1000),
});

/** As it was written: secrets may be left out, and the placeholders stand. */
export type OrganizationDocument = z.output<typeof organizationSchema>;
export type AccountDocument = z.output<typeof accountSchema>;
export type UserDocument = z.output<typeof userSchema>;
export type RoleDocument = z.output<typeof roleSchema>;

export function organizationJsonSchema(): string {
  const schema = z.toJSONSchema(organizationSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Daypass sandbox organization', ...schema }, null, 2)}\n`;
}
