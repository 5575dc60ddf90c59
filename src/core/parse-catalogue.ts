/**
 * A catalogue out of anything, judged entry by entry: what says the same as an entry of a catalogue that was judged
 * before is that entry, which is nearly all of it where a form or a file changed one. Mistakes are told at their own places.
 */
import { isAlike } from '../lib/is-alike.ts';
import type { Problem } from './catalogue-problems.ts';
import { CATALOGUE_LISTS, catalogueSchema, type Catalogue, type CatalogueList } from './catalogue.ts';

export type ParsedCatalogue =
  | { readonly catalogue: Catalogue; readonly problems: readonly [] }
  | { readonly catalogue: undefined; readonly problems: readonly Problem[] };

export function parseCatalogue(candidate: unknown, known: Catalogue): ParsedCatalogue {
  const { lists, unknown } = withoutKnown(candidate, known);
  const { success, data, error } = catalogueSchema.safeParse(unknown);
  if (success) return { catalogue: joined(data, lists), problems: [] };
  const problems = error.issues.map(({ path, message }) => ({
    path: path.map((part, depth) =>
      depth === 1 && typeof part === 'number'
        ? (lists.get(path[0] as CatalogueList)?.unknownAt[part] ?? part)
        : typeof part === 'symbol'
          ? String(part)
          : part,
    ),
    message,
  }));
  return { catalogue: undefined, problems };
}

interface List {
  /** Those that are known as they are known. */
  readonly entries: readonly unknown[];
  /** Where the entries stand that have to be judged. */
  readonly unknownAt: readonly number[];
  readonly findKnown: FindKnown;
}

type Lists = ReadonlyMap<CatalogueList, List>;

function withoutKnown(candidate: unknown, known: Catalogue): { lists: Lists; unknown: unknown } {
  const lists = new Map<CatalogueList, List>();
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate))
    return { lists, unknown: candidate };
  const unknown: Record<string, unknown> = { ...candidate };
  for (const list of CATALOGUE_LISTS) {
    const entries = unknown[list];
    if (!Array.isArray(entries)) continue;
    const findKnown = finderIn(known[list]);
    const found = entries.map(findKnown);
    const unknownAt = [...found.keys()].filter((at) => found[at] === undefined);
    lists.set(list, { entries: found, unknownAt, findKnown });
    unknown[list] = unknownAt.map((at) => entries[at] as unknown);
  }
  return { lists, unknown };
}

type FindKnown = (entry: unknown) => unknown;

/** Of what has no id only the very same is known. */
function finderIn(known: Catalogue[CatalogueList]): FindKnown {
  const byId = new Map<unknown, unknown>(known.map((entry) => ['id' in entry ? entry.id : entry, entry]));
  return (entry) => {
    const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : entry;
    const same = byId.get(id);
    return isAlike(same, entry) ? same : undefined;
  };
}

/** What stood there without its defaults may be known with them. */
function joined(parsed: Catalogue, lists: Lists): Catalogue {
  const whole = [...lists].map(([list, { entries, unknownAt, findKnown }]) => {
    const all = [...entries];
    unknownAt.forEach((at, position) => {
      const entry = parsed[list][position];
      all[at] = findKnown(entry) ?? entry;
    });
    return [list, all] as const;
  });
  return { ...parsed, ...(Object.fromEntries(whole) as Partial<Catalogue>) };
}
