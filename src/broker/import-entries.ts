/** Somebody else's files as entries for the catalogue as it is now, with what they would change. Stores nothing. */
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { BrokerError } from '../core/errors.ts';
import { entriesOf, withEntries, type Imported } from '../core/import/entries-of.ts';
import type { Findings, ImportFile } from '../core/import/findings.ts';
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

/** Findings beside the catalogue as it is. @throws BrokerError `administration.forbidden`, `catalogue.refused` */
export type ProposeEntries = (
  asker: Asker,
  findings: Findings,
  connector?: string,
) => Promise<ImportProposal>;

export function createProposeEntries(catalogue: CatalogueAdministration): ProposeEntries {
  return async (asker, findings, connector) => {
    const { catalogue: existing } = await catalogue.read(asker);
    const imported = entriesOf({ findings, existing, connector });
    return { ...imported, plan: await catalogue.plan(asker, withEntries(existing, imported.entries)) };
  };
}

/** @throws BrokerError `administration.forbidden`, `request.malformed`, `catalogue.refused` */
export type ImportEntries = (asker: Asker, question: ImportQuestion) => Promise<ImportProposal>;

export function createImportEntries({
  catalogue,
  propose,
  facts,
}: {
  readonly catalogue: CatalogueAdministration;
  readonly propose: ProposeEntries;
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
    return propose(asker, READ_IMPORT[kind](files, { credentialSource }), connector);
  };
}
