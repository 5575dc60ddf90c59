/**
 * The provider's own description of itself. Whoever can change it can sign in as anybody, so it is read by
 * narrow rules: one description of one provider, in time, signed where we were given a certificate for it.
 */
import { BrokerError } from '../../core/errors.ts';
import { withPlainLines } from '../../lib/xml-lines.ts';
import type { SourceLife } from '../cached-source.ts';
import { isAllowedUrl } from '../forbidden-address.ts';
import { METADATA_LIMITS, guardMarkup } from './guard-markup.ts';
import { usableCertificates } from './idp-certificates.ts';
import { metadataLife } from './metadata-life.ts';
import { verifyRootSignature } from './verify-root-signature.ts';
import {
  SAML_METADATA,
  SAML_PROTOCOL,
  XML_SIGNATURE,
  attribute,
  childrenNamed,
  isNamed,
  parseXml,
  plainText,
} from './xml.ts';

const REDIRECT_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

/** What we must know of an identity provider. */
export interface IdpFacts {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** Where a browser takes our logout requests, by redirect; undefined where the provider hears none. */
  readonly sloUrl?: string;
  /** Where it takes our answers to the provider's, if not to the same address. */
  readonly sloAnswerUrl?: string;
  /** PEM; several while the provider changes keys. */
  readonly certificates: readonly string[];
}

export interface DescribedIdp {
  readonly facts: IdpFacts;
  readonly life: SourceLife;
}

/** Plain data, so that it can be read in a thread of its own. */
export interface MetadataToRead {
  readonly document: Uint8Array;
  readonly allowHttp: boolean;
  readonly now: Date;
  /** The provider to look for; without it, the document must describe one alone. */
  readonly entityId?: string | undefined;
  /** PEM: one of these must have signed the document. */
  readonly signedBy?: readonly string[] | undefined;
}

/** @throws BrokerError `idp.unavailable` when the document cannot be used */
export function readIdpMetadata(given: MetadataToRead): DescribedIdp {
  const root = parseMetadata(given.document, given.signedBy);
  const lineage = findEntity(root, given.entityId);
  const entity = lineage.at(-1) ?? root;
  const entityId = attribute(entity, 'entityID') ?? '';
  if (entityId === '' || entityId.length > 1_024) refuse('the metadata has no usable entityID');
  const [idp, ...others] = childrenNamed(entity, SAML_METADATA, 'IDPSSODescriptor').filter(speaksSaml2);
  if (idp === undefined) refuse('the metadata describes no SAML 2.0 identity provider');
  // Whose keys and addresses belong together would be a guess.
  if (others.length > 0) refuse('the metadata describes the provider twice');
  const life = metadataLife([...lineage, idp], given.now);
  const keys = childrenNamed(idp, SAML_METADATA, 'KeyDescriptor').filter(
    (key) => (attribute(key, 'use') ?? 'signing') === 'signing',
  );
  const facts = {
    entityId,
    ...addressesOf(idp, given.allowHttp),
    certificates: usableCertificates(keys.flatMap(certificatesOf)),
  };
  return { facts, life };
}

function parseMetadata(document: Uint8Array, signedBy: readonly string[] | undefined): Element {
  try {
    const xml = withPlainLines(new TextDecoder('utf-8', { fatal: true }).decode(document));
    guardMarkup(xml, METADATA_LIMITS);
    const root = parseXml(xml);
    return signedBy === undefined ? root : parseXml(verifyRootSignature({ xml, root }, signedBy));
  } catch (error) {
    const why = error instanceof BrokerError ? (error.detail ?? error.code) : 'not UTF-8';
    return refuse(`the metadata is not XML that can be used: ${why}`);
  }
}

/** The one description, and the groups around it, outermost first. */
function findEntity(root: Element, entityId: string | undefined): readonly Element[] {
  if (isNamed(root, SAML_METADATA, 'EntityDescriptor')) {
    if (entityId !== undefined && attribute(root, 'entityID') !== entityId) {
      refuse('the metadata is of another entity than entityId names');
    }
    return [root];
  }
  if (!isNamed(root, SAML_METADATA, 'EntitiesDescriptor')) refuse('the metadata is not an EntityDescriptor');
  if (entityId === undefined) refuse('the metadata describes a group; entityId must name one of it');
  const [found, ...more] = lineagesIn([root]).filter(
    (lineage) => attribute(lineage.at(-1) ?? root, 'entityID') === entityId,
  );
  if (found === undefined || more.length > 0) refuse('entityId is not in the metadata exactly once');
  return found;
}

function lineagesIn(groups: readonly [Element, ...Element[]]): (readonly Element[])[] {
  const innermost = groups.at(-1) ?? groups[0];
  const entities = childrenNamed(innermost, SAML_METADATA, 'EntityDescriptor');
  const inner = childrenNamed(innermost, SAML_METADATA, 'EntitiesDescriptor');
  return [
    ...entities.map((entity) => [...groups, entity]),
    ...inner.flatMap((group) => lineagesIn([...groups, group])),
  ];
}

function speaksSaml2(role: Element): boolean {
  return (attribute(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(SAML_PROTOCOL);
}

type Addresses = Pick<IdpFacts, 'ssoUrl' | 'sloUrl' | 'sloAnswerUrl'>;

function addressesOf(idp: Element, allowHttp: boolean): Addresses {
  const byRedirect = (name: string, location: string): string | undefined =>
    childrenNamed(idp, SAML_METADATA, name)
      .filter((service) => attribute(service, 'Binding') === REDIRECT_BINDING)
      .map((service) => attribute(service, location) ?? '')
      .find((address) => isAllowedUrl(address, allowHttp));
  const ssoUrl = byRedirect('SingleSignOnService', 'Location');
  if (ssoUrl === undefined) refuse('the metadata has no usable HTTP-Redirect sign-on address');
  const sloUrl = byRedirect('SingleLogoutService', 'Location');
  const sloAnswerUrl = byRedirect('SingleLogoutService', 'ResponseLocation');
  return {
    ssoUrl,
    ...(sloUrl === undefined ? {} : { sloUrl }),
    ...(sloAnswerUrl === undefined ? {} : { sloAnswerUrl }),
  };
}

function certificatesOf(keyDescriptor: Element): string[] {
  return childrenNamed(keyDescriptor, XML_SIGNATURE, 'KeyInfo')
    .flatMap((info) => childrenNamed(info, XML_SIGNATURE, 'X509Data'))
    .flatMap((data) => childrenNamed(data, XML_SIGNATURE, 'X509Certificate'))
    .map((certificate) => plainText(certificate) ?? '');
}

function refuse(detail: string): never {
  throw new BrokerError('idp.unavailable', { detail });
}
