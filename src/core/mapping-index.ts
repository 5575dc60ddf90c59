/** Where decisions find the mappings: by who they speak of, so that nobody walks them. */
import type { Mapping } from './catalogue.ts';
import type { CompiledCatalogue, CompiledMapping } from './compile-catalogue.ts';

type WhoKind = 'group' | 'user' | 'attribute' | 'application';

/** Their lengths keep the parts apart whatever they hold. */
export function whoKey(kind: WhoKind, ...parts: readonly string[]): string {
  let key: string = kind;
  for (const part of parts) key += ` ${part.length}:${part}`;
  return key;
}

type Index = CompiledCatalogue['index'];

export function buildIndex(mappings: readonly CompiledMapping[]): Index {
  const ofKeys = new Map<string, CompiledMapping[]>();
  for (const compiled of mappings) {
    for (const key of whoKeysOf(compiled.mapping)) {
      const list = ofKeys.get(key);
      if (list === undefined) ofKeys.set(key, [compiled]);
      else list.push(compiled);
    }
  }
  return new Map([...ofKeys].map(([key, list]) => [key, byRole(list)]));
}

function byRole(mappings: readonly CompiledMapping[]): ReadonlyMap<string, readonly CompiledMapping[]> {
  const roles = new Map<string, CompiledMapping[]>();
  for (const compiled of mappings) {
    for (const roleId of compiled.roleIds) {
      const list = roles.get(roleId);
      if (list === undefined) roles.set(roleId, [compiled]);
      else list.push(compiled);
    }
  }
  return roles;
}

export interface IndexChange {
  readonly gone: readonly CompiledMapping[];
  readonly come: readonly CompiledMapping[];
  /** All, in the catalogue's order. */
  readonly all: readonly CompiledMapping[];
}

/** As `buildIndex` would make it, but only what is changed is made anew. */
export function changeIndex(index: Index, { gone, come, all }: IndexChange): Index {
  if (gone.length + come.length === 0) return index;
  const positions = new Map(all.map((each, position) => [each, position]));
  const position = (each: CompiledMapping): number => positions.get(each) ?? 0;
  const isGone = new Set(gone);
  const ofKeys = new Map<string, CompiledMapping[]>();
  for (const key of gone.flatMap(keysIn)) ofKeys.set(key, []);
  for (const each of come)
    for (const key of keysIn(each)) ofKeys.set(key, [...(ofKeys.get(key) ?? []), each]);
  const changed = new Map(index);
  for (const [key, added] of ofKeys) {
    const kept = new Set([...(index.get(key)?.values() ?? [])].flat().filter((each) => !isGone.has(each)));
    const mappings = [...kept, ...added].toSorted((one, other) => position(one) - position(other));
    if (mappings.length === 0) changed.delete(key);
    else changed.set(key, byRole(mappings));
  }
  return changed;
}

const keysIn = ({ mapping }: CompiledMapping): string[] => whoKeysOf(mapping);

/** Where a decision will look the mapping up. Conditions beside groups and users are checked when it is found. */
export function whoKeysOf(mapping: Mapping): string[] {
  const keys = mapping.applications.map((id) => whoKey('application', id));
  const { connector } = mapping;
  if (connector === undefined) return keys;
  keys.push(
    ...mapping.groups.map((group) => whoKey('group', connector, group)),
    ...mapping.users.map((subject) => whoKey('user', connector, subject)),
  );
  const [first] = Object.entries(mapping.attributes);
  if (mapping.groups.length + mapping.users.length === 0 && first !== undefined) {
    const [name, values] = first;
    keys.push(...values.map((value) => whoKey('attribute', connector, name, value)));
  }
  return [...new Set(keys)];
}
