/** The catalogue as screens change it: entry by entry, by the same plan and the same rules as all of it. */
import type { Catalogue } from '../core/catalogue.ts';
import { editCatalogue, problemOfEdit, type EntryEdit } from '../core/edit-catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import type { CatalogueAdministration, Change, Changed, Plan } from './administer-catalogue.ts';
import type { Asker } from './administrators.ts';

export interface EntryAdministration {
  /** Stores nothing. @throws BrokerError as `CatalogueAdministration.plan`; problems by their place in the edits */
  plan(asker: Asker, edits: readonly EntryEdit[]): Promise<Plan>;
  /** All of them or nothing. @throws BrokerError as `CatalogueAdministration.apply` */
  apply(asker: Asker, edits: readonly EntryEdit[], change: Change): Promise<Changed>;
}

export function createEntryAdministration(
  catalogue: Pick<CatalogueAdministration, 'read' | 'plan' | 'apply'>,
): EntryAdministration {
  async function toldByEdit<Result>(
    current: Catalogue,
    edits: readonly EntryEdit[],
    use: (edited: unknown) => Promise<Result>,
  ): Promise<Result> {
    const edited = editCatalogue(current, edits);
    try {
      return await use(edited);
    } catch (error) {
      if (!(error instanceof BrokerError) || error.problems === undefined) throw error;
      const problems = error.problems.map((problem) => problemOfEdit(problem, edited, edits));
      throw new BrokerError(error.code, { problems });
    }
  }

  return {
    async plan(asker, edits) {
      const { version, catalogue: current } = await catalogue.read(asker);
      const plan = await toldByEdit(current, edits, (edited) => catalogue.plan(asker, edited));
      // Else it would speak of taking back what somebody did between the two.
      if (plan.version !== version) throw new BrokerError('catalogue.stale');
      return plan;
    },
    async apply(asker, edits, change) {
      const { version, catalogue: current } = await catalogue.read(asker);
      if (version !== change.expectedVersion) throw new BrokerError('catalogue.stale');
      return toldByEdit(current, edits, (edited) => catalogue.apply(asker, edited, change));
    },
  };
}
