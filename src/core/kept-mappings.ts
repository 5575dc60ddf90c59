/** What of a catalogue compiled before would be compiled to the same again. */
import type { Mapping } from './catalogue.ts';
import type { CatalogueRole, CompiledCatalogue, CompiledMapping } from './compile-catalogue.ts';
import { haveCommon } from '../lib/have-common.ts';
import { roleSelector } from './select-roles.ts';

type Roles = ReadonlyMap<string, CatalogueRole>;

/** Finds it for a mapping that is the very same and gives no role, then or now, that is another one now. */
export function keptMappings(
  known: CompiledCatalogue,
  roles: Roles,
): (mapping: Mapping) => CompiledMapping | undefined {
  if (!keepsOrder(known.roles, [...roles.values()])) return () => undefined;
  const gone = new Set([...known.roles.keys()].filter((id) => roles.get(id) !== known.roles.get(id)));
  const come = new Map([...roles].filter(([id, entry]) => known.roles.get(id) !== entry));
  const select = roleSelector(come);
  return (mapping) => {
    const kept = known.mappings.get(mapping.id);
    if (kept?.mapping !== mapping || haveCommon(kept.roleIds, gone)) return undefined;
    return come.size > 0 && select(mapping).length > 0 ? undefined : kept;
  };
}

/** Whether what is the same in both comes in the same order. */
export function keepsOrder<Entry>(before: ReadonlyMap<string, Entry>, after: readonly Entry[]): boolean {
  const known = new Set(before.values());
  const kept = after.filter((each) => known.has(each));
  let found = 0;
  for (const each of before.values()) if (each === kept[found]) found += 1;
  return found === kept.length;
}
