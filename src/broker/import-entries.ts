/** Somebody else's files as entries for the catalogue as it is now, with what they would change. Stores nothing. */
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { BrokerError } from '../core/errors.ts';
import { entriesOf, withEntries, type Imported } from '../core/import/entries-of.ts';
import type { ImportFile } from '../core/import/findings.ts';
import { READ_IMPORT, type ImportKind } from '../core/import/import-kinds.ts';
import type { CatalogueAdministration, Plan } from './administer-catalogue.ts';
import type { Asker } from './administrators.ts';

export interface ImportQuestion {
  readonly kind: ImportKind;
  readonly files: readonly ImportFile[];
  /** Whose groups and subjects the mappings name. */
  readonly connector?: string | undefined;
  readonly credentialSource?: string | undefined;
}

export interface ImportProposal extends Imported {
  readonly plan: Plan;
}

/** @throws BrokerError `administration.forbidden`, `request.malformed`, `catalogue.refused` */
export type ImportEntries = (asker: Asker, question: ImportQuestion) => Promise<ImportProposal>;

export function createImportEntries({
  catalogue,
  facts,
}: {
  readonly catalogue: CatalogueAdministration;
  readonly facts: CatalogueFacts;
}): ImportEntries {
  return async (asker, { kind, files, connector, credentialSource }) => {
    const { catalogue: existing } = await catalogue.read(asker);
    if (connector !== undefined && !existing.connectors.some(({ id }) => id === connector))
      throw new BrokerError('request.malformed', { hint: `There is no connector "${connector}".` });
    if (credentialSource !== undefined && !facts.credentialSources.has(credentialSource)) {
      throw new BrokerError('request.malformed', {
        hint: `The configuration has no credential source "${credentialSource}".`,
      });
    }
    const findings = READ_IMPORT[kind](files, { credentialSource });
    const imported = entriesOf({ findings, existing, connector });
    return { ...imported, plan: await catalogue.plan(asker, withEntries(existing, imported.entries)) };
  };
}
