/** Of whom the changed entries of a catalogue speak, so that nobody else has to be looked at. */
import type { CatalogueDifference } from './catalogue-difference.ts';
import type { CatalogueList } from './catalogue.ts';
import { haveCommon } from '../lib/have-common.ts';
import type { CompiledCatalogue, CompiledMapping } from './compile-catalogue.ts';
import { whoKeysOf } from './mapping-index.ts';

export interface Comparison {
  readonly before: CompiledCatalogue;
  readonly after: CompiledCatalogue;
  readonly difference: CatalogueDifference;
}

/** Who gets other roles, or roles on other terms, depends on these alone. */
export interface Affected {
  /** `whoKey()` -> the roles that may differ for whoever has it. */
  readonly roles: ReadonlyMap<string, readonly ReadonlySet<string>[]>;
  /** By what every mapping of those roles is found. */
  readonly deciding: ReadonlySet<string>;
  /** The attributes that those mappings have conditions on. */
  readonly attributes: readonly string[];
}

export function affectedBy(comparison: Comparison): Affected {
  const roles = rolesByKey(comparison);
  const differing = new Set([...roles.values()].flat().flatMap((ids) => [...ids]));
  const deciding = new Set<string>();
  const attributes = new Set<string>();
  for (const { mapping, roleIds } of mappingsOf(comparison)) {
    if (!haveCommon(roleIds, differing)) continue;
    for (const key of whoKeysOf(mapping)) deciding.add(key);
    for (const name of Object.keys(mapping.attributes)) attributes.add(name);
  }
  return { roles, deciding, attributes: [...attributes].toSorted() };
}

/** Of both sides; what is the same on both comes once. */
function* mappingsOf({ before, after }: Comparison): Generator<CompiledMapping> {
  yield* after.mappings.values();
  for (const [id, compiled] of before.mappings) if (after.mappings.get(id) !== compiled) yield compiled;
}

function rolesByKey({ before, after, difference }: Comparison): Affected['roles'] {
  const changedMappings = changedIds(difference, 'mappings');
  const changedRoles = rolesThatChanged({ before, after, difference });
  const affected = new Map<string, ReadonlySet<string>[]>();
  const all = [...before.mappings.keys(), ...after.mappings.keys()];
  for (const id of changedRoles.size === 0 ? changedMappings : new Set(all)) {
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
