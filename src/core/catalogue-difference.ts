/** What differs between two catalogues, entry by entry and setting by setting. */
import { isAlike } from '../lib/is-alike.ts';
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
    const [differing, differs] = unlikeParts(before[list], after[list]);
    const [old, now] = [byId(differing), byId(differs)];
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

/** Without what both begin and end with, the very same entries: nearly all, where a form changed one. */
function unlikeParts(
  before: readonly Entry[],
  after: readonly Entry[],
): [readonly Entry[], readonly Entry[]] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
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
