/** What differs between two catalogues, entry by entry and setting by setting. */
import { nameOfAdministrator } from './administrator-problems.ts';
import type { JsonValue } from './audit-event.ts';
import { CATALOGUE_LISTS, type Administrator, type Catalogue, type CatalogueList } from './catalogue.ts';

/** One setting; absent on the side that does not have it. */
export interface FieldChange {
  /** `limits.maximumDurationSeconds` */
  readonly path: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

export interface EntryChange {
  readonly list: CatalogueList;
  /** An administrator has no id: of whom the entry speaks. */
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Of a changed entry; lists are compared as wholes. */
  readonly fields: readonly FieldChange[];
}

export interface CatalogueDifference {
  readonly entries: readonly EntryChange[];
  /** Lists whose remaining entries stand in another order, which pages show. */
  readonly reordered: readonly CatalogueList[];
}

type Entry = Catalogue[CatalogueList][number];

export function differenceOf(before: Catalogue, after: Catalogue): CatalogueDifference {
  const lists = CATALOGUE_LISTS.map((list) => {
    const [old, now] = [byId(before[list]), byId(after[list])];
    return { list, entries: entryChanges(list, old, now), isReordered: isReordered(old, now) };
  });
  return {
    entries: lists.flatMap(({ entries }) => entries),
    reordered: lists.filter((each) => each.isReordered).map(({ list }) => list),
  };
}

export function isEmptyDifference({ entries, reordered }: CatalogueDifference): boolean {
  return entries.length + reordered.length === 0;
}

function byId(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(
    entries.map((entry) => [isAdministrator(entry) ? nameOfAdministrator(entry) : entry.id, entry]),
  );
}

function isAdministrator(entry: Entry): entry is Administrator {
  return !('id' in entry);
}

type Entries = ReadonlyMap<string, Entry>;

function entryChanges(list: CatalogueList, before: Entries, after: Entries): EntryChange[] {
  const changes: EntryChange[] = [];
  for (const [id, entry] of after) {
    const old = before.get(id);
    if (old === undefined) changes.push({ list, id, kind: 'added', fields: [] });
    else {
      const fields = fieldChanges(old, entry);
      if (fields.length > 0) changes.push({ list, id, kind: 'changed', fields });
    }
  }
  for (const id of before.keys()) {
    if (!after.has(id)) changes.push({ list, id, kind: 'removed', fields: [] });
  }
  return changes;
}

function isReordered(before: Entries, after: Entries): boolean {
  const kept = [...after.keys()].filter((id) => before.has(id));
  return [...before.keys()].filter((id) => after.has(id)).some((id, position) => id !== kept[position]);
}

function fieldChanges(before: Entry, after: Entry): FieldChange[] {
  if (isAlike(before, after)) return [];
  const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
  return old === now ? [] : valueChanges(JSON.parse(old) as JsonValue, JSON.parse(now) as JsonValue, '');
}

/** Of thousands of entries nearly all are: seen without writing them out. Whatever is doubtful is not alike. */
function isAlike(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return false;
  if (Array.isArray(before) !== Array.isArray(after)) return false;
  const [old, now] = [Object.entries(before), Object.entries(after)];
  return (
    old.length === now.length &&
    old.every(([key, value], at) => now[at]?.[0] === key && isAlike(value, now[at][1]))
  );
}

/** Both are JSON, so that a setting which is there with no value is like one which is not there. */
function valueChanges(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
): FieldChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) =>
      valueChanges(own(before, key), own(after, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

type JsonObject = Readonly<Record<string, JsonValue>>;

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
