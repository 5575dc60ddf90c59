import { X509Certificate } from 'node:crypto';
import { BrokerError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { isAllowedUrl } from '../limited-fetch.ts';
import { METADATA_LIMITS, guardMarkup } from './guard-markup.ts';
import {
  SAML_METADATA,
  XML_SIGNATURE,
  attribute,
  childrenNamed,
  isNamed,
  parseXml,
  plainText,
} from './xml.ts';

const REDIRECT_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const MAXIMUM_CERTIFICATES = 10;
const MINIMUM_RSA_BITS = 2_048;

/** What we must know of an identity provider. */
export interface IdpFacts {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** PEM; several while the provider changes keys. */
  readonly certificates: readonly string[];
}

/** @throws BrokerError `idp.unavailable` when the document cannot be used */
export function readIdpMetadata(document: Buffer, options: { allowHttp: boolean; clock: Clock }): IdpFacts {
  const root = parseMetadata(document);
  if (!isNamed(root, SAML_METADATA, 'EntityDescriptor')) refuse('the metadata is not one EntityDescriptor');
  assertStillValid(root, options.clock);
  const entityId = attribute(root, 'entityID') ?? '';
  if (entityId === '' || entityId.length > 1_024) refuse('the metadata has no usable entityID');
  const idp = childrenNamed(root, SAML_METADATA, 'IDPSSODescriptor').find((role) =>
    (attribute(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(PROTOCOL),
  );
  if (idp === undefined) refuse('the metadata describes no SAML 2.0 identity provider');
  assertStillValid(idp, options.clock);
  const ssoUrl = childrenNamed(idp, SAML_METADATA, 'SingleSignOnService')
    .filter((service) => attribute(service, 'Binding') === REDIRECT_BINDING)
    .map((service) => attribute(service, 'Location') ?? '')
    .find((location) => isAllowedUrl(location, options.allowHttp));
  if (ssoUrl === undefined) refuse('the metadata has no usable HTTP-Redirect sign-on address');
  const encoded = childrenNamed(idp, SAML_METADATA, 'KeyDescriptor')
    .filter((key) => (attribute(key, 'use') ?? 'signing') === 'signing')
    .flatMap(certificatesOf);
  return { entityId, ssoUrl, certificates: usableCertificates(encoded) };
}

/**
 * PEM of every certificate whose key may verify: RSA of 2,048 bits or more, which is what the signature
 * algorithms on the list need. Expiry is not looked at: the certificate is a box for a key we were told to trust.
 *
 * @throws BrokerError `idp.unavailable` if none is left
 */
export function usableCertificates(encoded: readonly string[]): string[] {
  const pems = encoded.slice(0, MAXIMUM_CERTIFICATES).map(toPem);
  const usable = pems.filter((pem) => pem !== undefined);
  if (usable.length === 0) refuse('there is no usable signing certificate');
  return usable;
}

function toPem(encoded: string): string | undefined {
  const base64 = encoded.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '');
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    const strong = (asymmetricKeyDetails?.modulusLength ?? 0) >= MINIMUM_RSA_BITS;
    return asymmetricKeyType === 'rsa' && strong ? certificate.toString() : undefined;
  } catch {
    return undefined;
  }
}

function parseMetadata(document: Buffer): Element {
  try {
    const xml = new TextDecoder('utf-8', { fatal: true }).decode(document);
    guardMarkup(xml, METADATA_LIMITS);
    return parseXml(xml);
  } catch {
    return refuse('the metadata is not XML that can be used');
  }
}

function certificatesOf(keyDescriptor: Element): string[] {
  return childrenNamed(keyDescriptor, XML_SIGNATURE, 'KeyInfo')
    .flatMap((info) => childrenNamed(info, XML_SIGNATURE, 'X509Data'))
    .flatMap((data) => childrenNamed(data, XML_SIGNATURE, 'X509Certificate'))
    .map((certificate) => plainText(certificate) ?? '');
}

function assertStillValid(element: Element, clock: Clock): void {
  const until = attribute(element, 'validUntil');
  if (until === undefined) return;
  const end = Date.parse(until);
  // Not `end <= now`: a date that cannot be read is no longer valid either.
  if (!(end > clock.now().getTime())) refuse('the metadata is past its validUntil');
}

function refuse(detail: string): never {
  throw new BrokerError('idp.unavailable', { detail });
}
