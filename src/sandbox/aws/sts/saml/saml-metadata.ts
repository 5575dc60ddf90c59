import { X509Certificate } from 'node:crypto';
import { DocumentCache } from '../document-cache.ts';
import type { DocumentFetcher } from '../document-fetcher.ts';
import { childrenNamed, isNamed, parseXml, textOf, XmlRefused } from './xml-document.ts';

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const MAX_KEYS = 10;

/** What an IAM SAML provider knows of its identity provider. */
export interface IdentityProviderMetadata {
  readonly entityId: string;
  /** PEM public keys, one for each signing certificate. */
  readonly signingKeys: readonly string[];
}

/** Reads and remembers the metadata of SAML providers. */
export class SamlMetadata {
  readonly #cache: DocumentCache<IdentityProviderMetadata>;

  constructor(fetcher: DocumentFetcher, now: () => Date) {
    this.#cache = new DocumentCache(async (url) => readMetadata(await fetcher.fetch(url)), now);
  }

  get(url: string): Promise<IdentityProviderMetadata> {
    return this.#cache.get(url);
  }

  /** Until `fits` is content: first with what is known, then with what is newly read. */
  async find<T>(
    url: string,
    fits: (metadata: IdentityProviderMetadata) => T | undefined,
  ): Promise<T | undefined> {
    const found = fits(await this.#cache.get(url));
    if (found !== undefined) return found;
    const newer = await this.#cache.getNewer(url);
    return newer === undefined ? undefined : fits(newer);
  }
}

function readMetadata(text: string): IdentityProviderMetadata {
  const entity = parseXml(text);
  const entityId = entity.getAttribute('entityID') ?? '';
  if (!isNamed(entity, METADATA, 'EntityDescriptor') || entityId === '') {
    throw new XmlRefused('not an EntityDescriptor with an entityID');
  }
  const certificates = childrenNamed(entity, METADATA, 'IDPSSODescriptor')
    .flatMap((descriptor) => childrenNamed(descriptor, METADATA, 'KeyDescriptor'))
    .filter((key) => key.getAttribute('use') !== 'encryption')
    .flatMap((key) => childrenNamed(key, SIGNATURE, 'KeyInfo'))
    .flatMap((info) => childrenNamed(info, SIGNATURE, 'X509Data'))
    .flatMap((data) => childrenNamed(data, SIGNATURE, 'X509Certificate'))
    .slice(0, MAX_KEYS);
  return { entityId, signingKeys: certificates.map((certificate) => publicKeyOf(textOf(certificate))) };
}

/** AWS looks at the key alone: an expired certificate goes on working. */
function publicKeyOf(base64: string): string {
  const { publicKey } = new X509Certificate(Buffer.from(base64, 'base64'));
  if (publicKey.asymmetricKeyType !== 'rsa') throw new XmlRefused('a certificate without an RSA key');
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
