import type { CatalogueSide } from '../core/authority.ts';
import { compileCatalogue } from '../core/compile-catalogue.ts';
import type { CatalogueFacts, Problem } from '../core/catalogue-problems.ts';
import { BrokerError } from '../core/errors.ts';
import { inForceAt } from '../core/in-force.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { CatalogueStore } from '../core/ports/stores.ts';

export interface CurrentCatalogue extends CatalogueSide {
  readonly version: number;
  /** With what is not in force now. */
  readonly whole: CatalogueSide;
}

/**
 * The newest catalogue, compiled once per version, as far as it is in force. The version is asked every time, so that
 * a mapping that is gone stops working at once, on every node.
 */
export class CatalogueSource {
  readonly #store: CatalogueStore;
  readonly #facts: CatalogueFacts;
  readonly #clock: Clock;
  #whole: (CatalogueSide & { readonly version: number }) | undefined;
  /** Of the whole, what is in force from then until then. */
  #current: (CurrentCatalogue & { readonly from: Date; readonly until: Date | undefined }) | undefined;

  constructor(store: CatalogueStore, facts: CatalogueFacts, clock: Clock) {
    this.#store = store;
    this.#facts = facts;
    this.#clock = clock;
  }

  /** @throws BrokerError `catalogue.invalid` if what is stored does not fit the configuration any more. */
  async current(): Promise<CurrentCatalogue> {
    const version = await this.#store.version();
    const now = this.#clock.now();
    const known = this.#current;
    if (known?.version === version && known.from <= now && (known.until === undefined || now < known.until))
      return known;
    if (this.#whole?.version !== version) this.#whole = await this.#compile(this.#whole);
    const whole = this.#whole;
    this.#current = { ...whole, whole, from: now, ...inForceAt(whole.compiled, now) };
    return this.#current;
  }

  /** What the version before said too is neither judged nor compiled again. */
  async #compile(known: CatalogueSide | undefined): Promise<CatalogueSide & { readonly version: number }> {
    const stored = await this.#store.load(undefined, known?.catalogue);
    if (stored === undefined)
      throw new BrokerError('catalogue.invalid', { detail: 'the store holds no catalogue' });
    const { catalogue: compiled, problems } = compileCatalogue(
      stored.catalogue,
      this.#facts,
      known?.compiled,
    );
    if (compiled === undefined)
      throw new BrokerError('catalogue.invalid', { detail: problems.map(inWords).join('; ') });
    return { version: stored.version, catalogue: stored.catalogue, compiled };
  }
}

function inWords({ path, message }: Problem): string {
  return `${path.join('.')}: ${message}`;
}
