/**
 * Findings as entries of a catalogue that has others already: what is there stays as it is, ids that are taken are
 * not taken again, and an entry that the catalogue's own schema refuses is told and left out.
 */
import type { z } from 'zod';
import {
  accountSchema,
  mappingSchema,
  roleSchema,
  type Account,
  type Catalogue,
  type Mapping,
  type Role,
} from '../catalogue.ts';
import {
  firstOf,
  leftOut,
  quoted,
  toCheck,
  type Findings,
  type FoundAccess,
  type ImportNote,
  type Place,
} from './findings.ts';
import { freeId } from './free-id.ts';

/** To be added to the catalogue that they were made for. */
export type ImportedEntries = Pick<Catalogue, 'accounts' | 'roles' | 'mappings'>;

export interface Imported {
  readonly entries: ImportedEntries;
  readonly notes: readonly ImportNote[];
}

interface Import {
  readonly findings: Findings;
  readonly existing: ImportedEntries;
  /** Whose groups and subjects the mappings name. */
  readonly connector: string | undefined;
}

export function entriesOf({ findings, ...rest }: Import): Imported {
  const work = { ...rest, findings: boundedBy(findings) };
  const accounts = newAccounts(work);
  const known = new Set([...work.existing.accounts, ...accounts].map(({ id }) => id));
  const roles = newRoles(work, known);
  const ids = new Map(
    [...work.existing.roles, ...roles].map((role) => [keyOf(role), role.id] as const).toReversed(),
  );
  const mappings = newMappings(work, ids);
  return { entries: { accounts, roles, mappings }, notes: work.findings.notes };
}

const MAXIMUM_ENTRIES = 20_000;
/** Of many, one mapping is made. */
const MAXIMUM_ACCESS = 200_000;

function boundedBy(findings: Findings): Findings {
  return {
    notes: findings.notes,
    accounts: [...firstOf(findings.accounts, MAXIMUM_ENTRIES, findings)],
    roles: [...firstOf(findings.roles, MAXIMUM_ENTRIES, findings)],
    access: [...firstOf(findings.access, MAXIMUM_ACCESS, findings)],
  };
}

export function withEntries(catalogue: Catalogue, entries: ImportedEntries): Catalogue {
  return {
    ...catalogue,
    accounts: [...catalogue.accounts, ...entries.accounts],
    roles: [...catalogue.roles, ...entries.roles],
    mappings: [...catalogue.mappings, ...entries.mappings],
  };
}

function keyOf({ accountId, roleName }: Pick<Role, 'accountId' | 'roleName'>): string {
  return `${accountId} ${roleName}`;
}

/** Those that are named, and those that only their roles speak of. */
function newAccounts({ findings, existing }: Import): Account[] {
  const there = new Set(existing.accounts.map(({ id }) => id));
  const partitions = new Map(
    findings.roles.map(({ settings, partition }) => [settings.accountId, partition]),
  );
  const named = findings.accounts.map((found) => ({ ...found, isNamed: true }));
  const unnamed = findings.roles.map(({ settings: { accountId: id }, at }) => ({
    id,
    name: id,
    at,
    isNamed: false,
  }));
  return [...named, ...unnamed].flatMap(({ id, name, at, isNamed }) => {
    if (there.has(id)) return [];
    there.add(id);
    const account = checked(accountSchema, { id, name, partition: partitions.get(id) }, { findings, at });
    if (account !== undefined && !isNamed)
      toCheck(findings, at, `account ${quoted(id)} has no name in these files; give it one`);
    return account === undefined ? [] : [account];
  });
}

function newRoles({ findings, existing }: Import, accounts: ReadonlySet<string>): Role[] {
  const taken = new Set(existing.roles.map(({ id }) => id));
  const known = new Map(existing.roles.map((role) => [keyOf(role), role]));
  return findings.roles.flatMap((found) => {
    // Its account was refused, and told.
    if (!accounts.has(found.settings.accountId)) return [];
    const twin = known.get(keyOf(found.settings));
    const id = twin?.id ?? freeId(found.called, (wanted) => taken.has(wanted));
    const role = checked(roleSchema, { id, ...found.settings }, { findings, at: found.at });
    if (role === undefined) return [];
    if (twin !== undefined) {
      if (contentOf(twin) !== contentOf(role))
        leftOut(
          findings,
          found.at,
          `role ${quoted(found.settings.roleName)} of this account is there already as "${id}", with other settings, and stays as it is`,
        );
      return [];
    }
    taken.add(id);
    known.set(keyOf(role), role);
    return [role];
  });
}

function newMappings({ findings, existing, connector }: Import, ids: ReadonlyMap<string, string>): Mapping[] {
  const found = byNameAndPerson(findings.access);
  const [first] = findings.access;
  if (connector === undefined) {
    const message = `${found.length} mappings, from here on: name the connector whose groups and users these are`;
    if (first !== undefined) leftOut(findings, first.at, message);
    return [];
  }
  const taken = new Set(existing.mappings.map(({ id }) => id));
  const there = new Set(existing.mappings.map(contentOf));
  return found.flatMap(([access, ...more]) => {
    const roleIds = [access, ...more].flatMap(({ role }) => ids.get(keyOf(role)) ?? []);
    // Its roles were refused, and told.
    if (roleIds.length === 0) return [];
    const id = freeId(access.called, (wanted) => taken.has(wanted));
    const input = { id, connector, [access.who]: [access.value], roles: { ids: [...new Set(roleIds)] } };
    const mapping = checked(mappingSchema, input, { findings, at: access.at });
    if (mapping === undefined || there.has(contentOf(mapping))) return [];
    taken.add(id);
    return [mapping];
  });
}

/** Whatever it is called, it says the same. */
function contentOf(entry: Role | Mapping): string {
  return JSON.stringify({ ...entry, id: '' });
}

function byNameAndPerson(access: readonly FoundAccess[]): [FoundAccess, ...FoundAccess[]][] {
  const groups = new Map<string, [FoundAccess, ...FoundAccess[]]>();
  for (const each of access) {
    const key = JSON.stringify([each.who, each.value, each.called]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

/** Undefined, and told, where the catalogue would refuse it. */
function checked<Schema extends z.ZodType>(
  schema: Schema,
  input: z.input<Schema>,
  { findings, at }: { readonly findings: Findings; readonly at: Place },
): z.output<Schema> | undefined {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  leftOut(
    findings,
    at,
    `the catalogue would refuse its ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
  return undefined;
}
