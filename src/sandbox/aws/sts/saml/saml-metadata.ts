import { DocumentCache } from '../document-cache.ts';
import type { DocumentFetcher } from '../document-fetcher.ts';
import { type IdentityProviderMetadata, MetadataRefused, parseMetadata } from './parse-metadata.ts';

/** Where a provider's metadata is: at an address, or as AWS has it, given: then that is a `data:` address. */
interface MetadataSource {
  readonly metadataUrl: string;
}

const GIVEN = /^data:[^,]*;base64,/;

/** Reads and remembers the metadata of SAML providers. */
export class SamlMetadata {
  readonly #cache: DocumentCache<IdentityProviderMetadata>;
  readonly #given = new WeakMap<MetadataSource, Promise<IdentityProviderMetadata>>();

  constructor(fetcher: DocumentFetcher, now: () => Date) {
    this.#cache = new DocumentCache(async (url) => parseMetadata(await fetcher.fetchLarge(url)), now);
  }

  /** Rejects with MetadataRefused or DocumentUnavailable. */
  get(source: MetadataSource): Promise<IdentityProviderMetadata> {
    if (!source.metadataUrl.startsWith('data:')) return this.#cache.get(source.metadataUrl);
    const known = this.#given.get(source) ?? parseGiven(source.metadataUrl);
    this.#given.set(source, known);
    return known;
  }

  /** Until `fits` is content: first with what is known, then with what is newly read. */
  async find<T>(
    source: MetadataSource,
    fits: (metadata: IdentityProviderMetadata) => T | undefined,
  ): Promise<T | undefined> {
    // The very promise of the cache: it says later which knowledge was found wanting.
    const known = this.get(source);
    const found = fits(await known);
    if (found !== undefined || source.metadataUrl.startsWith('data:')) return found;
    const newer = await this.#cache.getNewer(source.metadataUrl, known);
    return newer === undefined ? undefined : fits(newer);
  }
}

async function parseGiven(url: string): Promise<IdentityProviderMetadata> {
  const head = GIVEN.exec(url)?.[0];
  if (head === undefined) throw new MetadataRefused('a data: address that is not in base64');
  return Promise.resolve(parseMetadata(Buffer.from(url.slice(head.length), 'base64').toString('utf8')));
}
