/** Of whom the changed entries of a catalogue speak, so that nobody else has to be looked at. */
import type { CatalogueDifference } from './catalogue-difference.ts';
import type { CatalogueList } from './catalogue.ts';
import { whoKeysOf, type CompiledCatalogue } from './compile-catalogue.ts';

export interface Comparison {
  readonly before: CompiledCatalogue;
  readonly after: CompiledCatalogue;
  readonly difference: CatalogueDifference;
}

/** `whoKey()` -> the roles that may differ for whoever has it. */
export function affectedKeys({ before, after, difference }: Comparison): Map<string, ReadonlySet<string>[]> {
  const changedMappings = changedIds(difference, 'mappings');
  const changedRoles = rolesThatChanged({ before, after, difference });
  const affected = new Map<string, ReadonlySet<string>[]>();
  for (const id of new Set([...before.mappings.keys(), ...after.mappings.keys()])) {
    const sides = [before, after]
      .map(({ mappings }) => mappings.get(id))
      .filter((side) => side !== undefined);
    const roleIds = new Set(
      changedMappings.has(id)
        ? sides.flatMap((side) => [...side.roleIds])
        : sides.flatMap((side) => inBoth(side.roleIds, changedRoles)),
    );
    if (roleIds.size === 0) continue;
    for (const key of new Set(sides.flatMap(({ mapping }) => whoKeysOf(mapping)))) {
      const lists = affected.get(key);
      if (lists === undefined) affected.set(key, [roleIds]);
      else lists.push(roleIds);
    }
  }
  return affected;
}

/** Added, removed, changed, or in an account that changed. */
function rolesThatChanged({ before, after, difference }: Comparison): ReadonlySet<string> {
  const accounts = changedIds(difference, 'accounts');
  const changed = new Set(changedIds(difference, 'roles'));
  if (accounts.size === 0) return changed;
  for (const { roles } of [before, after]) {
    for (const [id, { account }] of roles) if (accounts.has(account.id)) changed.add(id);
  }
  return changed;
}

function changedIds({ entries }: CatalogueDifference, wanted: CatalogueList): ReadonlySet<string> {
  return new Set(entries.filter(({ list }) => list === wanted).map(({ id }) => id));
}

function inBoth(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  return [...small].filter((id) => large.has(id));
}
