/** The sandbox's AWS organization as plain data: what an administrator would have set up. */

export interface PolicyData {
  readonly name: string;
  readonly document: object;
}

export interface AccessKeyData {
  readonly id: string;
  readonly secret: string;
}

export interface UserData {
  readonly name: string;
  /** `/` or `/division/`. */
  readonly path?: string;
  readonly accessKeys?: readonly AccessKeyData[];
  readonly policies?: readonly PolicyData[];
  readonly managedPolicyArns?: readonly string[];
  readonly boundary?: PolicyData;
  readonly tags?: Readonly<Record<string, string>>;
  /** Names of groups of the account, whose policies are the user's too. */
  readonly groups?: readonly string[];
  /** A virtual MFA device, named like the user; its TOTP seed. */
  readonly mfaSeed?: Uint8Array;
}

export interface RoleData {
  readonly name: string;
  readonly description?: string;
  readonly path?: string;
  /** 3600 to 43200; AWS's default is 3600. */
  readonly maxSessionSeconds?: number;
  readonly trustPolicy: object;
  readonly policies?: readonly PolicyData[];
  readonly managedPolicyArns?: readonly string[];
  readonly boundary?: PolicyData;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface GroupData {
  readonly name: string;
  readonly policies?: readonly PolicyData[];
  readonly managedPolicyArns?: readonly string[];
}

export interface SamlProviderData {
  readonly name: string;
  /**
   * Read at first use, so that neither side waits for the other at start. A document that the administrator
   * gave, as AWS wants it, is a `data:` URL here.
   */
  readonly metadataUrl: string;
  /** What AWS calls the provider in addresses of its own, `SAMLSP...`; made from its ARN where nobody gives one. */
  readonly providerId?: string;
  /** RSA private keys, PEM: what an identity provider encrypts for AWS. At most two. */
  readonly privateKeys?: readonly string[];
  /** `Required` refuses assertions that are not encrypted. */
  readonly encryption?: 'Allowed' | 'Required';
}

export interface OidcProviderData {
  readonly issuer: string;
  readonly clientIds: readonly string[];
  /** Kept as AWS keeps them; the sandbox trusts the host's certificate, as AWS does today. */
  readonly thumbprints?: readonly string[];
}

export interface InstanceData {
  readonly id: string;
  readonly region: string;
  readonly type: string;
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface BucketData {
  readonly name: string;
  readonly region: string;
  /** Key -> content. */
  readonly objects: Readonly<Record<string, string>>;
  /** The bucket's own policy. */
  readonly policy?: object;
}

export interface AccountData {
  readonly id: string;
  readonly name: string;
  readonly alias?: string;
  readonly organizationId?: string;
  /** The account that owns the organization: service control policies do not bind it. */
  readonly isManagementAccount?: boolean;
  /** Regions in which this account's STS is not activated, or that it has not opted in to. */
  readonly disabledRegions?: readonly string[];
  /** The account's root user. Nobody should have such a key; the rules that refuse it want a test. */
  readonly rootAccessKeys?: readonly AccessKeyData[];
  readonly users?: readonly UserData[];
  readonly groups?: readonly GroupData[];
  readonly roles?: readonly RoleData[];
  readonly samlProviders?: readonly SamlProviderData[];
  readonly oidcProviders?: readonly OidcProviderData[];
  readonly managedPolicies?: readonly PolicyData[];
  /** Every one must allow: root, each organizational unit, the account. */
  readonly serviceControlPolicies?: readonly PolicyData[];
  readonly instances?: readonly InstanceData[];
  readonly buckets?: readonly BucketData[];
}

export interface WorldData {
  readonly accounts: readonly AccountData[];
  /** AWS's own managed policies, `arn:aws:iam::aws:policy/{name}`. */
  readonly awsManagedPolicies?: readonly PolicyData[];
}
