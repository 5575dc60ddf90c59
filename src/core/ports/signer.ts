/** The broker's own keys, as SAML identity provider and OpenID provider towards AWS. */
export interface SessionTag {
  readonly key: string;
  readonly value: string;
  readonly transitive: boolean;
}

export interface SamlAssertionRequest {
  readonly partition: string;
  readonly roleArn: string;
  readonly samlProviderArn: string;
  /** NameID: who asked, stable and without personal data that AWS does not need. */
  readonly subject: string;
  readonly roleSessionName: string;
  readonly sourceIdentity?: string;
  readonly sessionTags: readonly SessionTag[];
  readonly durationSeconds: number;
}

export interface WebIdentityTokenRequest {
  readonly roleArn: string;
  readonly subject: string;
  readonly sourceIdentity?: string;
  readonly sessionTags: readonly SessionTag[];
}

export interface Signer {
  /** A base64 SAML Response for exactly one role, for minutes. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html */
  samlAssertion(request: SamlAssertionRequest): Promise<string>;
  /** A JWT for exactly one role, for minutes. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html */
  webIdentityToken(request: WebIdentityTokenRequest): Promise<string>;
}

/** What is published for AWS to trust. */
export interface PublishedKeys {
  /** EntityDescriptor with every certificate that may sign now or soon. */
  samlMetadata(): Promise<string>;
  openidConfiguration(): object;
  jwks(): Promise<{ readonly keys: readonly object[] }>;
}
