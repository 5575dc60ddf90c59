import { X509Certificate } from 'node:crypto';
import { childElements, childrenNamed, isNamed, parseXml, textOf } from './xml-document.ts';

/*
 * A SAML metadata document by the rules of IAM's CreateSAMLProvider.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html
 */

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const MIN_CHARACTERS = 1_000;
const MAX_CHARACTERS = 10_000_000;
const MAX_IDENTITY_PROVIDERS = 10;
const MAX_KEYS = 10;
const MIN_KEY_BITS = 1_024;

/** What an IAM SAML provider knows: one identity provider as a rule, ten at most. */
export interface IdentityProviderMetadata {
  readonly entities: readonly IdentityProviderEntity[];
}

export interface IdentityProviderEntity {
  readonly entityId: string;
  /** PEM public keys, one for each signing certificate. */
  readonly signingKeys: readonly string[];
  /** Epoch milliseconds; infinite where the document does not say. */
  readonly validUntil: number;
}

/** The document is none that IAM takes. */
export class MetadataRefused extends Error {}

/** @throws MetadataRefused */
export function parseMetadata(text: string): IdentityProviderMetadata {
  if (text.length < MIN_CHARACTERS || text.length > MAX_CHARACTERS) {
    throw new MetadataRefused(`it must have ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters`);
  }
  if (text.startsWith('\uFEFF')) throw new MetadataRefused('it must be UTF-8 without a byte order mark');
  try {
    return readDocument(parseXml(text));
  } catch (error) {
    if (error instanceof MetadataRefused) throw error;
    throw new MetadataRefused(error instanceof Error ? error.message : 'not readable');
  }
}

function readDocument(root: Element): IdentityProviderMetadata {
  const isList = isNamed(root, METADATA, 'EntitiesDescriptor');
  const descriptors = (isList ? childElements(root) : [root]).filter((element) =>
    isNamed(element, METADATA, 'EntityDescriptor'),
  );
  const entities = descriptors
    .filter((descriptor) => childrenNamed(descriptor, METADATA, 'IDPSSODescriptor').length > 0)
    .map((descriptor) => readEntity(descriptor, isList ? validUntilOf(root) : Infinity));
  if (entities.length === 0) throw new MetadataRefused('no EntityDescriptor with an IDPSSODescriptor');
  if (entities.length > MAX_IDENTITY_PROVIDERS) {
    throw new MetadataRefused(`more than ${MAX_IDENTITY_PROVIDERS} identity providers`);
  }
  if (entities.flatMap(({ signingKeys }) => signingKeys).length > MAX_KEYS) {
    throw new MetadataRefused(`more than ${MAX_KEYS} keys`);
  }
  return { entities };
}

function readEntity(entity: Element, listValidUntil: number): IdentityProviderEntity {
  const entityId = entity.getAttribute('entityID') ?? '';
  if (entityId === '') throw new MetadataRefused('an EntityDescriptor without entityID');
  const roles = childrenNamed(entity, METADATA, 'IDPSSODescriptor');
  const certificates = roles
    .flatMap((role) => childrenNamed(role, METADATA, 'KeyDescriptor'))
    .filter((key) => key.getAttribute('use') !== 'encryption')
    .flatMap((key) => childrenNamed(key, SIGNATURE, 'KeyInfo'))
    .flatMap((info) => childrenNamed(info, SIGNATURE, 'X509Data'))
    .flatMap((data) => childrenNamed(data, SIGNATURE, 'X509Certificate'));
  if (certificates.length === 0) throw new MetadataRefused(`${entityId} has no signing certificate`);
  return {
    entityId,
    signingKeys: certificates.map((certificate) => publicKeyOf(textOf(certificate))),
    validUntil: Math.min(listValidUntil, ...[entity, ...roles].map(validUntilOf)),
  };
}

function validUntilOf(element: Element): number {
  const text = element.getAttribute('validUntil') ?? '';
  if (text === '') return Infinity;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new MetadataRefused(`validUntil is no time: ${text}`);
  return time;
}

/** IAM looks at the key alone: an expired certificate goes on working. */
function publicKeyOf(base64: string): string {
  const { publicKey } = new X509Certificate(Buffer.from(base64, 'base64'));
  if (publicKey.asymmetricKeyType !== 'rsa') throw new MetadataRefused('a certificate without an RSA key');
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_KEY_BITS) throw new MetadataRefused(`a key of ${bits} bits, fewer than ${MIN_KEY_BITS}`);
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
