/**
 * A catalogue out of anything, judged entry by entry: the very objects of a catalogue that was judged before are not
 * looked into again, which is nearly all of it where a form changed one entry. Mistakes are told at their own places.
 */
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
  readonly entries: readonly unknown[];
  /** Where the entries stand that have to be judged. */
  readonly unknownAt: readonly number[];
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
    const judged = new Set<unknown>(known[list]);
    const unknownAt = [...entries.keys()].filter((at) => !judged.has(entries[at]));
    lists.set(list, { entries, unknownAt });
    unknown[list] = unknownAt.map((at) => entries[at] as unknown);
  }
  return { lists, unknown };
}

function joined(parsed: Catalogue, lists: Lists): Catalogue {
  const whole = [...lists].map(([list, { entries, unknownAt }]) => {
    const all = [...entries];
    unknownAt.forEach((at, position) => (all[at] = parsed[list][position]));
    return [list, all] as const;
  });
  return { ...parsed, ...(Object.fromEntries(whole) as Partial<Catalogue>) };
}
