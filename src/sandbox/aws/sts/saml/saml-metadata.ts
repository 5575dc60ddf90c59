import { DocumentCache } from '../document-cache.ts';
import type { DocumentFetcher } from '../document-fetcher.ts';
import { type IdentityProviderMetadata, MetadataRefused, parseMetadata } from './parse-metadata.ts';

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

  /** Rejects with MetadataRefused or DocumentUnavailable */
  get(source: MetadataSource): Promise<IdentityProviderMetadata> {
    const { metadata, metadataUrl } = source;
    // The very promise of the cache: it says later which knowledge was found wanting.
    if (metadata === undefined && metadataUrl !== undefined) return this.#cache.get(metadataUrl);
    return this.#parseOnce(source, metadata);
  }

  /** Until `fits` is content: first with what is known, then with what is newly read. */
  async find<T>(
    source: MetadataSource,
    fits: (metadata: IdentityProviderMetadata) => T | undefined,
  ): Promise<T | undefined> {
    const known = this.get(source);
    const found = fits(await known);
    if (found !== undefined || source.metadataUrl === undefined || source.metadata !== undefined)
      return found;
    const newer = await this.#cache.getNewer(source.metadataUrl, known);
    return newer === undefined ? undefined : fits(newer);
  }

  async #parseOnce(source: MetadataSource, text: string | undefined): Promise<IdentityProviderMetadata> {
    if (text === undefined) throw new MetadataRefused('the provider has no metadata');
    const parsed = this.#stored.get(source) ?? parseMetadata(text);
    this.#stored.set(source, parsed);
    return Promise.resolve(parsed);
  }
}
