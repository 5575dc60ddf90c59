import { nameOfAdministrator } from './administrator-problems.ts';
import type { CatalogueDifference } from './catalogue-difference.ts';
import type { Problem } from './catalogue-problems.ts';
import type { Administrator, Catalogue, CatalogueList } from './catalogue.ts';
import { BrokerError } from './errors.ts';

/** One entry of a list, changed, added where it has no `id` yet, or removed where nothing takes its place. */
export interface EntryEdit {
  readonly list: CatalogueList;
  /** As the entry is known now: an administrator by whom it speaks of. */
  readonly id?: string | undefined;
  /** What it becomes; not looked into here. */
  readonly entry?: unknown;
}

type Entry = Catalogue[CatalogueList][number];
type Lists = Readonly<Record<CatalogueList, readonly unknown[]>>;

export function idOfEntry(entry: Entry): string {
  return isAdministrator(entry) ? nameOfAdministrator(entry) : entry.id;
}

function isAdministrator(entry: Entry): entry is Administrator {
  return !('id' in entry);
}

export function findEntry(catalogue: Catalogue, list: CatalogueList, id: string): Entry | undefined {
  const entries: readonly Entry[] = catalogue[list];
  return entries.find((entry) => idOfEntry(entry) === id);
}

/** What a difference does, so that it can be done to another catalogue; the order of entries is left out. */
export function editsOf({ entries }: CatalogueDifference, after: Catalogue): EntryEdit[] {
  return entries.map(({ list, id, kind }) => ({
    list,
    ...(kind === 'added' ? {} : { id }),
    ...(kind === 'removed' ? {} : { entry: findEntry(after, list, id) }),
  }));
}

/** The catalogue with the edits made, each at its entry's place. @throws BrokerError `catalogue.refused` */
export function editCatalogue(catalogue: Catalogue, edits: readonly EntryEdit[]): Lists {
  return edits.reduce<Lists>((lists, edit, at) => {
    const { list, id, entry } = edit;
    const entries = lists[list];
    if (id === undefined) return { ...lists, [list]: [...entries, ...(entry === undefined ? [] : [entry])] };
    const place = catalogue[list].findIndex((each: Entry) => idOfEntry(each) === id);
    const position = place < 0 ? -1 : entries.indexOf(catalogue[list][place]);
    if (position < 0) throw unknown(at, edit);
    return { ...lists, [list]: entries.toSpliced(position, 1, ...(entry === undefined ? [] : [entry])) };
  }, catalogue);
}

function unknown(at: number, { list, id = '' }: EntryEdit): BrokerError {
  const message = `there is no "${id}" among the ${list}`;
  return new BrokerError('catalogue.refused', { problems: [{ path: ['edits', at, 'id'], message }] });
}

/** A problem of the whole catalogue as whoever sent the edits knows it: `edits.0.entry.limits`. */
export function problemOfEdit(
  { path, message }: Problem,
  edited: Lists,
  edits: readonly EntryEdit[],
): Problem {
  const [list, position, ...rest] = path;
  const at = edits.findIndex(
    ({ list: own, entry }) =>
      own === list && entry !== undefined && edited[own].indexOf(entry) === Number(position ?? -1),
  );
  return at < 0 ? { path, message } : { path: ['edits', at, 'entry', ...rest], message };
}
