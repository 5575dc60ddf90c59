import type { Catalogue, CatalogueList } from '../../../core/catalogue.ts';
import type { CompiledCatalogue } from '../../../core/compile-catalogue.ts';

export type Entry = Catalogue[CatalogueList][number];

export type EntrySearch = (
  entries: readonly Entry[],
  query: string,
  compiled: CompiledCatalogue,
) => readonly Entry[];

/** Entries in which every word is found, in whatever setting; of a role, its account’s name counts too. */
export function createEntrySearch(): EntrySearch {
  // What an entry says is put together once, and forgotten with its version of the catalogue.
  const texts = new WeakMap<Entry, string>();

  function textOf(entry: Entry, compiled: CompiledCatalogue): string {
    const known = texts.get(entry);
    if (known !== undefined) return known;
    const account = 'accountId' in entry ? compiled.roles.get(entry.id)?.account.name : undefined;
    const text = `${collect(entry, []).join('\n')}\n${account ?? ''}`.toLowerCase();
    texts.set(entry, text);
    return text;
  }

  return (entries, query, compiled) => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return entries;
    return entries.filter((entry) => {
      const text = textOf(entry, compiled);
      return words.every((word) => text.includes(word));
    });
  };
}

/** Beyond this, a setting is a document and not a name. */
const LONGEST = 1_024;

function collect(value: unknown, into: string[]): string[] {
  if (typeof value === 'string') {
    if (value.length <= LONGEST) into.push(value);
  } else if (Array.isArray(value)) {
    for (const inner of value) collect(inner, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collect(inner, into);
  }
  return into;
}
