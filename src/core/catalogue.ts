/**
 * The catalogue: who signs in where, which accounts and roles exist, who may use them. One schema gives
 * the types, the validation and the JSON Schema; `compile-catalogue` checks what spans entries.
 */
import { z } from 'zod';
import { applicationSchema } from './application-schema.ts';
import { slug, text, url } from './catalogue-fields.ts';

const accountId = z.string().regex(/^[0-9]{12}$/, 'use the 12 digits of the AWS account id, in quotes');
const moment = z.iso.datetime({
  offset: true,
  error: 'write a moment with its zone, as 2030-01-31T17:00:00Z',
});
const seconds = z.int().min(900).max(129_600);
const tagKey = z
  .string()
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, 'use 1 to 128 letters, digits, spaces and _.:/=+-@')
  .refine((key) => !/^aws:/i.test(key), 'keys that start with aws: are reserved by AWS');
const tagValue = z
  .string()
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u, 'use at most 256 letters, digits, spaces and _.:/=+-@');

/** https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html */
export const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'] as const;
export type Partition = (typeof PARTITIONS)[number];

/** Providers whose usual names and habits are known; each setting that is given counts before the preset's. */
export const PROVIDER_PRESETS = [
  'entra-id',
  'okta',
  'adfs',
  'google-workspace',
  'keycloak',
  'shibboleth',
  'simplesamlphp',
  'onelogin',
  'ping',
  'auth0',
] as const;
export type ProviderPreset = (typeof PROVIDER_PRESETS)[number];

const authenticationAge = z.int().min(30).max(86_400);

/** What every sign-in through a connector must have been. */
const requiredOfSignIns = {
  /** How long ago the person may have proved who they are, by the provider's word. */
  maximumAuthenticationAgeSeconds: authenticationAge.optional(),
  /** Authentication contexts (SAML AuthnContextClassRef, OpenID acr): one of them must be the sign-in's. */
  requiredContexts: z.array(text).max(20).default([]),
};

const samlConnector = z.strictObject({
  kind: z.literal('saml'),
  id: slug,
  label: text,
  preset: z.enum(PROVIDER_PRESETS).optional(),
  /** The provider's metadata by address, by file or as text, or its parts by hand: exactly one of these. */
  metadataUrl: url.optional(),
  /** Of access.yaml alone, and relative to it: the file's text becomes `metadata` when the catalogue is loaded. */
  metadataFile: z.string().min(1).max(1024).optional(),
  metadata: z.string().min(1).max(1_048_576).optional(),
  /** Beside metadata, which of the providers in it is meant. */
  entityId: z.string().min(1).max(1024).optional(),
  ssoUrl: url.optional(),
  sloUrl: url.optional(),
  /**
   * Signing certificates, PEM or base64; several while the provider changes keys, each trusted until it is removed
   * here, whatever its date. Beside metadata: one of these must have signed the document.
   */
  certificates: z.array(z.string().min(1)).min(1).max(10).optional(),
  /** Which part the provider signs; `assertion` where no preset says otherwise. At least one must be. */
  signed: z.enum(['assertion', 'response', 'both']).optional(),
  /** Whether an assertion that is not encrypted is taken. */
  encryption: z.enum(['accepted', 'required']).default('accepted'),
  signRequests: z.boolean().default(true),
  /** Sign-ins that the provider starts. Whoever can make a browser post one chooses who it is signed in as. */
  idpInitiated: z.boolean().default(false),
  /** Signing out here signs out at the provider too, where it has an address for that. */
  singleLogout: z.boolean().default(true),
  ...requiredOfSignIns,
  clockSkewSeconds: z.int().min(0).max(300).default(60),
  /** Takes the subject from this attribute instead of the NameID; it must arrive exactly once. */
  subjectAttribute: text.optional(),
  /** By default the preset's; `groups`, `email` and `displayName` where there is none. */
  groupsAttribute: text.optional(),
  emailAttribute: text.optional(),
  displayNameAttribute: text.optional(),
});

const oidcConnector = z.strictObject({
  kind: z.literal('oidc'),
  id: slug,
  label: text,
  preset: z.enum(PROVIDER_PRESETS).optional(),
  issuer: url,
  clientId: text,
  /** The name of a secret in the configuration; absent for a public client (PKCE alone). */
  clientSecretName: slug.optional(),
  scopes: z.array(text).default(['openid', 'profile', 'email']),
  ...requiredOfSignIns,
  /** Authentication methods (amr, RFC 8176): all of them must be the sign-in's. */
  requiredMethods: z.array(text).max(20).default([]),
  /** Asks the userinfo endpoint too, for providers that leave groups out of the ID token. */
  userinfo: z.boolean().optional(),
  /** Hosts at which a provider's link to a person's groups is followed, such as graph.microsoft.com. */
  groupsOverageHosts: z
    .array(z.string().regex(/^[a-z0-9.-]{1,253}(?::[0-9]{1,5})?$/, 'write a host name'))
    .max(5)
    .default([]),
  /** Signing out here signs out at the provider too, where it has an address for that. */
  singleLogout: z.boolean().default(true),
  /** How often the provider is asked whether the person may still sign in, where it gives refresh tokens; 0 never. */
  refreshSeconds: z
    .int()
    .refine((value) => value === 0 || (value >= 60 && value <= 86_400), 'write 0, or 60 to 86400')
    .default(900),
  signingAlgorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .default(['RS256', 'ES256']),
  clockSkewSeconds: z.int().min(0).max(300).default(60),
  /** By default the preset's; `groups`, `email` and `name` where there is none. */
  groupsClaim: text.optional(),
  emailClaim: text.optional(),
  displayNameClaim: text.optional(),
});

export const connectorSchema = z.discriminatedUnion('kind', [samlConnector, oidcConnector]);

export const accountSchema = z.strictObject({
  id: accountId,
  name: text,
  partition: z.enum(PARTITIONS).default('aws'),
  environment: text.optional(),
  colour: z.enum(['grey', 'blue', 'green', 'amber', 'red', 'violet']).default('grey'),
  /** Whose STS endpoint is called. The global one exists in the partition `aws` alone. */
  stsEndpoint: z.enum(['regional', 'global']).default('regional'),
  /** Overrides the configuration's default region for this account. */
  region: z
    .string()
    .regex(/^[a-z]{2,4}(-[a-z]+)+-[0-9]+$/)
    .optional(),
  /** Whom to ask about it. */
  owner: text.optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

const credentialSource = slug.describe('the name of a CredentialSource in the configuration');
const roleArn = z.string().regex(/^arn:[a-z-]+:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/, 'use a role ARN');

const samlGrant = z.strictObject({
  method: z.literal('assume-role-with-saml'),
  /** The SAML provider's name in the account; its metadata is Daypass's own. */
  samlProviderName: z
    .string()
    .regex(/^[\w._-]{1,128}$/)
    .default('daypass'),
});
const webIdentityGrant = z.strictObject({
  method: z.literal('assume-role-with-web-identity'),
  /** `minted`: a token that Daypass signs. `user`: the person's own ID token, passed through. */
  token: z.enum(['minted', 'user']).default('minted'),
});
const assumeRoleGrant = z.strictObject({
  method: z.literal('assume-role'),
  credentialSource,
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/)
    .optional(),
  /** A role of ours that is assumed first; what follows is then chained and lasts an hour at most. */
  hubRoleArn: roleArn.optional(),
});
const federationTokenGrant = z.strictObject({ method: z.literal('get-federation-token'), credentialSource });
const sessionTokenGrant = z.strictObject({
  method: z.literal('get-session-token'),
  credentialSource,
  /** Set where the role asks for the IAM user's MFA code. */
  mfaSerialNumber: z
    .string()
    .regex(/^[\w+=/:,.@-]{9,256}$/)
    .optional(),
});

export const roleSchema = z.strictObject({
  id: slug,
  accountId,
  /** Path and name as IAM has them, without a leading slash. The operations without a role name the IAM user here. */
  roleName: z.string().regex(/^[\w+=,.@/-]{1,575}$/),
  label: text.optional(),
  description: z.string().max(1024).optional(),
  grant: z.discriminatedUnion('method', [
    samlGrant,
    webIdentityGrant,
    assumeRoleGrant,
    federationTokenGrant,
    sessionTokenGrant,
  ]),
  /** AWS's MaxSessionDuration of the role; for federation and session tokens, what the administrator allows. */
  maximumDurationSeconds: seconds.optional(),
  /**
   * Hands out what STS gave for exactly the same again while so much of its life is left. Below 15 minutes, SDKs that
   * renew early would come back at every call.
   */
  reuse: z.strictObject({ minimumLeftSeconds: seconds }).optional(),
  /** What the sign-in of whoever uses this role must have been; else they are sent to sign in that way and come back. */
  authentication: z
    .strictObject({
      maximumAgeSeconds: authenticationAge.optional(),
      /** Authentication contexts: one of them must be the sign-in's. */
      contexts: z.array(text).max(20).default([]),
    })
    .refine(
      ({ maximumAgeSeconds, contexts }) => maximumAgeSeconds !== undefined || contexts.length > 0,
      'give maximumAgeSeconds, contexts or both',
    )
    .optional(),
  /** Non-empty: only these AWS services may assume the role; every person is refused and told why. */
  reservedForServices: z.array(z.string().regex(/^[a-z0-9.-]+\.amazonaws\.com$/)).default([]),
  tags: z.record(z.string(), z.string()).default({}),
  /** The console page to land on, an absolute URL of the account's partition. */
  consoleDestination: url.optional(),
});

const sessionTag = z
  .strictObject({
    key: tagKey,
    value: tagValue.optional(),
    /** Takes the value from this attribute of the identity; it must arrive exactly once. */
    fromAttribute: text.optional(),
    transitive: z.boolean().default(false),
  })
  .refine(
    (tag) => (tag.value === undefined) !== (tag.fromAttribute === undefined),
    'give either value or fromAttribute',
  );

export const mappingSchema = z.strictObject({
  id: slug,
  /** Lower comes first; equal orders go by id. */
  order: z.int().default(100),
  /** Who: applications, or people of one connector. */
  applications: z.array(slug).default([]),
  connector: slug.optional(),
  groups: z.array(z.string().min(1).max(1024)).default([]),
  users: z.array(z.string().min(1).max(1024)).default([]),
  /** Each must hold beside the groups and users; alone, they are the whole condition. */
  attributes: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  /** Which roles: every selector adds. */
  roles: z.strictObject({
    ids: z.array(slug).default([]),
    accounts: z.array(accountId).default([]),
    /** `*` and `?` wildcards over role ids. */
    pattern: z.string().min(1).max(256).optional(),
    /** Roles that carry all of these tags. */
    tags: z.record(z.string(), z.string()).optional(),
  }),
  limits: z
    .strictObject({
      maximumDurationSeconds: seconds.optional(),
      defaultDurationSeconds: seconds.optional(),
      /** An IAM policy document, as YAML or JSON. */
      sessionPolicy: z.record(z.string(), z.json()).optional(),
      managedPolicyArns: z
        .array(z.string().regex(/^arn:[a-z-]+:iam::(?:aws|[0-9]{12}):policy\/[\w+=,.@/-]+$/))
        .max(10)
        .default([]),
      sessionTags: z.array(sessionTag).max(50).default([]),
      /** Off only where a trust policy cannot allow sts:SetSourceIdentity. */
      sourceIdentity: z.boolean().optional(),
    })
    .prefault({}),
  /** Gives its roles from this moment on, and until that one. Credentials that were handed out live on. */
  validFrom: moment.optional(),
  validUntil: moment.optional(),
  /** Who answers for it. */
  owner: text.optional(),
  note: z.string().max(1024).optional(),
});

/** People who may administer: groups or users of a connector. */
const administratorSchema = z.strictObject({
  connector: slug,
  groups: z.array(z.string().min(1).max(1024)).default([]),
  users: z.array(z.string().min(1).max(1024)).default([]),
  /** `read` sees everything and plans, and changes nothing. */
  may: z.enum(['all', 'read']).default('all'),
  /** Only roles of these accounts, and mappings that give no other role, may be changed. */
  accounts: z.array(accountId).min(1).optional(),
});

export const catalogueSchema = z.strictObject({
  connectors: z.array(connectorSchema).default([]),
  accounts: z.array(accountSchema).default([]),
  roles: z.array(roleSchema).default([]),
  mappings: z.array(mappingSchema).default([]),
  applications: z.array(applicationSchema).default([]),
  administrators: z.array(administratorSchema).default([]),
});

export type Catalogue = z.infer<typeof catalogueSchema>;
export type ConnectorSettings = z.infer<typeof connectorSchema>;
export type SamlConnectorSettings = z.infer<typeof samlConnector>;
export type OidcConnectorSettings = z.infer<typeof oidcConnector>;
export type Account = z.infer<typeof accountSchema>;
export type Role = z.infer<typeof roleSchema>;
export type RoleGrant = Role['grant'];
export type Mapping = z.infer<typeof mappingSchema>;
export type Administrator = z.infer<typeof administratorSchema>;
/** One of the catalogue's lists, by its name. */
export type CatalogueList = keyof Catalogue;
export const CATALOGUE_LISTS = Object.keys(catalogueSchema.shape) as readonly CatalogueList[];

/** ARNs of the roles that others are reached through. */
export function hubsOf({ roles }: Pick<Catalogue, 'roles'>): ReadonlySet<string> {
  const hubs = roles.map(({ grant }) => ('hubRoleArn' in grant ? grant.hubRoleArn : undefined));
  return new Set(hubs.filter((arn) => arn !== undefined));
}

/** `role/path/Name` in the account's partition. */
export function roleArnOf(account: Account, role: Role): string {
  return `arn:${account.partition}:iam::${account.id}:role/${role.roleName}`;
}
