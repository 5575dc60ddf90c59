/** What a connector holds of its identity provider, and what the provider must be told of us. Nothing of it is secret. */
import type { CertificateDates } from '../certificate-life.ts';

export interface ConnectorStatus {
  readonly kind: 'saml' | 'oidc';
  /** In the order in which they are read. */
  readonly documents: readonly DocumentStatus[];
  /** As its documents say; undefined while there is none to use. */
  readonly provider: ProviderFacts | undefined;
  readonly ours: OurFacts;
}

/** Something that the provider publishes, or that stands in the settings in its place. */
export interface DocumentStatus {
  readonly name: 'metadata' | 'discovery' | 'keys';
  /** Read from an address; a document in the settings; or the settings themselves. */
  readonly from: 'address' | 'text' | 'settings';
  readonly address?: string;
  readonly isUsable: boolean;
  readonly readAt?: Date;
  /** Until when what was read is used if nothing newer can be had; absent where it has no end. */
  readonly usableUntil?: Date;
  /** Why the last reading failed; absent where it did not. */
  readonly failure?: { readonly at: Date; readonly reason: string };
}

export interface ProviderFacts {
  /** Its entity ID, or its issuer. */
  readonly id: string;
  readonly signInUrl: string;
  readonly logoutUrl?: string;
  /** What its messages may be signed by: certificates for SAML, keys for OpenID. */
  readonly certificates: readonly CertificateFacts[];
  readonly keys: readonly KeyFacts[];
}

export interface CertificateFacts extends CertificateDates {
  readonly subject: string;
  /** SHA-256, in pairs of hex digits with colons. */
  readonly fingerprint: string;
}

/** A public key as RFC 7517 has it. */
export interface KeyFacts {
  readonly type: string;
  readonly id: string | undefined;
  readonly algorithm: string | undefined;
  readonly use: string | undefined;
}

/** What whoever sets the provider up pastes there. */
export interface OurFacts {
  /** The entity ID, which is the metadata's address too; or the client ID. */
  readonly id: string;
  /** Where answers go: the assertion consumer service, or the redirect URI. */
  readonly answerUrl: string;
  /** Where the provider tells us of a sign-out: single logout, or the back channel. */
  readonly logoutUrl: string;
  /** Where the browser comes back to after signing out there, for OpenID. */
  readonly signedOutUrl?: string;
  readonly metadataUrl?: string;
  readonly certificates: readonly (CertificateFacts & { readonly use: 'signing' | 'encryption' })[];
}

/** The connectors of the catalogue as it is. */
export interface ConnectorStatuses {
  /** From what is held: nobody is asked. Undefined where there is no such connector. */
  held(id: string): Promise<ConnectorStatus | undefined>;
  /** After what has grown old was read again. Never throws because of the provider. */
  read(id: string): Promise<ConnectorStatus | undefined>;
}
