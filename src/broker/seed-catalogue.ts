import type { Catalogue } from '../core/catalogue.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { CatalogueStore } from '../core/ports/stores.ts';

export interface Seed {
  readonly catalogue: Catalogue;
  /** SHA-256 of the catalogue, hex. */
  readonly hash: string;
  /** A name for the audit record, e.g. the file's. */
  readonly source: string;
  /** Replaces what an earlier seed brought, while nobody has changed that since: for the sandbox's own seed. */
  readonly follow: boolean;
}

/** Puts the seed into an empty store; what is there already stays, but for a followed seed that nobody touched. */
export async function seedCatalogue(
  store: CatalogueStore,
  clock: Clock,
  seed: Seed,
): Promise<'seeded' | 'kept'> {
  const stored = await store.load();
  const untouched = stored?.seedHash !== undefined && seed.follow;
  if (stored !== undefined && (!untouched || stored.seedHash === seed.hash)) return 'kept';
  await store.save({
    catalogue: seed.catalogue,
    expectedVersion: stored?.version ?? 0,
    seedHash: seed.hash,
    event: {
      name: 'catalogue.changed',
      at: clock.now(),
      origin: { door: 'broker', requestId: 'start' },
      detail: {
        source: seed.source,
        roles: seed.catalogue.roles.length,
        mappings: seed.catalogue.mappings.length,
      },
    },
  });
  return 'seeded';
}
