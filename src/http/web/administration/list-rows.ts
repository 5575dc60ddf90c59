/** One line of a list for each entry: what tells it from the others. */
import { nameOfAdministrator } from '../../../core/administrator-problems.ts';
import type { CatalogueSide } from '../../../core/authority.ts';
import type { ConnectorTrouble } from '../../../core/connector-troubles.ts';
import type {
  Account,
  Administrator,
  Catalogue,
  CatalogueList,
  ConnectorSettings,
  Mapping,
  Role,
} from '../../../core/catalogue.ts';
import type { Application } from '../../../core/application-schema.ts';
import { idOfEntry } from '../../../core/edit-catalogue.ts';
import { supportOf } from '../../../core/role-limits.ts';
import { roleLabel } from '../role-view.ts';
import { troubleColour } from './trouble-colour.ts';
import type { Entry } from './entry-search.ts';
import { countsFor } from './row-counts.ts';
import type { RowView } from './views.ts';

type Row = Omit<RowView, 'href' | 'id'>;

interface RowSources extends CatalogueSide {
  /** By id: how many roles an account has, how many mappings give a role. */
  readonly counts: ReadonlyMap<string, number>;
  readonly troubles: Troubles;
}

/** Of connectors, by id. */
export type Troubles = ReadonlyMap<string, readonly ConnectorTrouble[]>;

type Rows = {
  readonly [List in CatalogueList]: (entry: Catalogue[List][number], sources: RowSources) => Row;
};

const ROWS: Rows = {
  connectors: connectorRow,
  accounts: accountRow,
  roles: roleRow,
  mappings: mappingRow,
  applications: applicationRow,
  administrators: administratorRow,
};

export function rowsOf(
  list: CatalogueList,
  entries: readonly Entry[],
  { troubles, ...side }: CatalogueSide & { readonly troubles: Troubles },
): RowView[] {
  const rowOf = ROWS[list] as (entry: Entry, sources: RowSources) => Row;
  const sources = { ...side, troubles, counts: countsFor(list, entries.map(idOfEntry), side) };
  return entries.map((entry) => {
    const id = idOfEntry(entry);
    const row = rowOf(entry, sources);
    return { ...row, id: id === row.title || !('id' in entry) ? undefined : id, href: entryHref(list, id) };
  });
}

export function entryHref(list: CatalogueList, id: string): string {
  return `/admin/${list}/${encodeURIComponent(id)}`;
}

function connectorRow({ id, label, kind, preset }: ConnectorSettings, { troubles }: RowSources): Row {
  const protocol = kind === 'saml' ? 'SAML' : 'OpenID Connect';
  return {
    title: label,
    badges: [
      { text: protocol, colour: 'blue' },
      ...(troubles.get(id) ?? []).map((each) => ({ text: each.label, colour: troubleColour(each) })),
    ],
    facts: preset === undefined ? [] : [preset],
  };
}

function accountRow({ id, name, environment, colour, partition }: Account, { counts }: RowSources): Row {
  return {
    title: name,
    badges: environment === undefined ? [] : [{ text: environment, colour }],
    facts: [...(partition === 'aws' ? [] : [partition]), counted(counts.get(id) ?? 0, 'role')],
  };
}

function roleRow(role: Role, { compiled, counts }: RowSources): Row {
  const mappings = counts.get(role.id) ?? 0;
  return {
    title: roleLabel(role),
    badges: role.reservedForServices.length === 0 ? [] : [{ text: 'for an AWS service', colour: 'grey' }],
    facts: [
      `in ${compiled.roles.get(role.id)?.account.name ?? role.accountId}`,
      supportOf(role).operation,
      mappings === 0 ? 'no mapping gives it' : `given by ${counted(mappings, 'mapping')}`,
    ],
  };
}

const NAMED = 3;

function mappingRow(mapping: Mapping, { compiled }: CatalogueSide): Row {
  const roleIds = [...(compiled.mappings.get(mapping.id)?.roleIds ?? [])];
  return {
    title: mapping.id,
    badges: [],
    facts: [
      whoIsMeant(mapping),
      `${counted(roleIds.length, 'role')}: ${someOf(roleIds)}`,
      ...(mapping.note === undefined ? [] : [mapping.note]),
    ],
  };
}

function whoIsMeant({ connector, groups, users, attributes, applications }: Mapping): string {
  const parts = [
    ...(groups.length === 0 ? [] : [`${groups.length === 1 ? 'group' : 'groups'} ${someOf(groups)}`]),
    ...(users.length === 0 ? [] : [`${users.length === 1 ? 'person' : 'people'} ${someOf(users)}`]),
    ...Object.entries(attributes).map(([name, values]) => `${name} is ${values.join(' or ')}`),
    ...(applications.length === 0 ? [] : [`application ${someOf(applications)}`]),
  ];
  return `${parts.join('; ')}${connector === undefined ? '' : ` (${connector})`}`;
}

function applicationRow({ name, ...application }: Application): Row {
  const proofs = [
    ...(application.secretHashes.length === 0 ? [] : ['a client secret']),
    ...(application.keys.length === 0 && application.jwksUrl === undefined ? [] : ['its own key']),
    ...(application.workloads.length === 0 ? [] : ['its platform’s token']),
    ...(application.certificates.length === 0 ? [] : ['a certificate']),
  ];
  const acts = application.onBehalfOf.length === 0 ? [] : ['may act for people'];
  return { title: name, badges: [], facts: [`proves itself by ${proofs.join(', ')}`, ...acts] };
}

function administratorRow(administrator: Administrator): Row {
  const { may, accounts } = administrator;
  const words =
    may === 'read' ? 'looks, changes nothing' : accounts === undefined ? 'everything' : 'some accounts';
  return {
    title: nameOfAdministrator(administrator),
    badges: [{ text: words, colour: may === 'all' && accounts === undefined ? 'red' : 'blue' }],
    facts: accounts === undefined ? [] : [`accounts ${someOf(accounts)}`],
  };
}

function someOf(values: readonly string[]): string {
  const more = values.length - NAMED;
  return `${values.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
