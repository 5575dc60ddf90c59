import { DocumentCache } from '../document-cache.ts';
import { type DocumentFetcher, DocumentUnavailable } from '../document-fetcher.ts';
import { type IdentityProviderMetadata, parseMetadata } from './parse-metadata.ts';

/** Where a provider's metadata is: IAM stores the document, the sandbox may also read it at first use. */
interface MetadataSource {
  readonly metadata?: string;
  readonly metadataUrl?: string;
}

/** Reads and remembers the metadata of SAML providers. */
export class SamlMetadata {
  readonly #cache: DocumentCache<IdentityProviderMetadata>;
  readonly #stored = new WeakMap<MetadataSource, IdentityProviderMetadata>();

  constructor(fetcher: DocumentFetcher, now: () => Date) {
    this.#cache = new DocumentCache(async (url) => parseMetadata(await fetcher.fetchLarge(url)), now);
  }

  /** @throws MetadataRefused, DocumentUnavailable */
  async get(source: MetadataSource): Promise<IdentityProviderMetadata> {
    if (source.metadata !== undefined) return this.#parseOnce(source, source.metadata);
    if (source.metadataUrl !== undefined) return this.#cache.get(source.metadataUrl);
    throw new DocumentUnavailable('(no address)', 'the provider has no metadata', false);
  }

  /** Until `fits` is content: first with what is known, then with what is newly read. */
  async find<T>(
    source: MetadataSource,
    fits: (metadata: IdentityProviderMetadata) => T | undefined,
  ): Promise<T | undefined> {
    const found = fits(await this.get(source));
    if (found !== undefined || source.metadataUrl === undefined || source.metadata !== undefined)
      return found;
    const newer = await this.#cache.getNewer(source.metadataUrl);
    return newer === undefined ? undefined : fits(newer);
  }

  #parseOnce(source: MetadataSource, text: string): IdentityProviderMetadata {
    const parsed = this.#stored.get(source) ?? parseMetadata(text);
    this.#stored.set(source, parsed);
    return parsed;
  }
}
