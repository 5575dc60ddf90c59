/** What administrators do, joined; each verb is in a file of its own. */
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { ConnectorStatuses } from '../core/ports/connector-status.ts';
import type { Stores } from '../core/ports/stores.ts';
import type { SecondPerson } from '../core/second-person.ts';
import type { TrustFacts } from '../core/trust-needs.ts';
import { createCatalogueAdministration, type CatalogueAdministration } from './administer-catalogue.ts';
import { createEntryAdministration, type EntryAdministration } from './administer-entries.ts';
import { createPeopleAdministration, type PeopleAdministration } from './administer-people.ts';
import { createReadConnectorStatus, type ConnectorStatusReader } from './connector-status.ts';
import { createAdministrators, type Administrators } from './administrators.ts';
import type { CatalogueSource } from './catalogue-source.ts';
import { createExplainAccess, type ExplainAccess } from './explain-access.ts';
import {
  createDiscoverEntries,
  type DiscoverDependencies,
  type DiscoverEntries,
} from './discover-entries.ts';
import { createProposals, type Proposals } from './proposals.ts';
import { createImportEntries, createProposeEntries, type ImportEntries } from './import-entries.ts';
import { createSeenInSignIns, type ReadSeenInSignIns } from './seen-in-sign-ins.ts';

export interface Administration {
  readonly administrators: Administrators;
  readonly catalogue: CatalogueAdministration;
  readonly entries: EntryAdministration;
  readonly proposals: Proposals;
  readonly people: PeopleAdministration;
  readonly explainAccess: ExplainAccess;
  readonly seenInSignIns: ReadSeenInSignIns;
  readonly connectorStatus: ConnectorStatusReader;
  readonly importEntries: ImportEntries;
  readonly discoverEntries: DiscoverEntries;
}

export interface AdministrationDependencies extends Omit<DiscoverDependencies, 'administrators' | 'propose'> {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly facts: CatalogueFacts;
  readonly stores: Pick<
    Stores,
    'catalogue' | 'changeProposals' | 'people' | 'signInSessions' | 'authorizations' | 'audit'
  >;
  readonly secondPerson: SecondPerson;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly trust: TrustFacts;
  readonly connectorStatuses: ConnectorStatuses;
}

export function createAdministration({ stores, ...rest }: AdministrationDependencies): Administration {
  const administrators = createAdministrators(rest);
  const { people } = stores;
  const shared = {
    ...rest,
    administrators,
    people,
    store: stores.catalogue,
    proposals: stores.changeProposals,
  };
  const catalogue = createCatalogueAdministration(shared);
  const propose = createProposeEntries(catalogue);
  const seenInSignIns = createSeenInSignIns(people, rest.clock);
  return {
    administrators,
    catalogue,
    entries: createEntryAdministration(catalogue),
    proposals: createProposals(shared),
    seenInSignIns,
    connectorStatus: createReadConnectorStatus({
      ...rest,
      administrators,
      people,
      audit: stores.audit,
      seenInSignIns,
    }),
    people: createPeopleAdministration({ ...rest, ...stores, administrators }),
    explainAccess: createExplainAccess({ ...rest, administrators, people }),
    importEntries: createImportEntries({ catalogue, propose, facts: rest.facts }),
    discoverEntries: createDiscoverEntries({ ...rest, administrators, propose }),
  };
}
