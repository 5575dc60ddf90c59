/** Which mappings speak of a principal, found by what the principal has and not by walking the mappings. */
import type { Mapping } from './catalogue.ts';
import type { CompiledCatalogue, CompiledMapping } from './compile-catalogue.ts';
import { whoKey } from './mapping-index.ts';
import type { Who } from './principal.ts';

/** Why a principal has a role: which mapping, and through what of theirs. */
export interface Reason {
  readonly mappingId: string;
  readonly through: 'group' | 'user' | 'attribute' | 'application';
  /** The group, subject, `name=value` or application id, exactly as it arrived. */
  readonly value: string;
}

export interface PrincipalKey {
  readonly key: string;
  readonly through: Reason['through'];
  readonly value: string;
}

export interface ApplicableMapping {
  readonly compiled: CompiledMapping;
  readonly through: Reason['through'];
  readonly value: string;
}

/** Everything of a principal that a mapping can speak of. */
export function keysOf(principal: Who): PrincipalKey[] {
  if (principal.kind === 'application') {
    return [{ key: whoKey('application', principal.id), through: 'application', value: principal.id }];
  }
  const { connectorId, subject, groups, attributes } = principal.identity;
  const keys: PrincipalKey[] = [
    { key: whoKey('user', connectorId, subject), through: 'user', value: subject },
  ];
  for (const group of new Set(groups))
    keys.push({ key: whoKey('group', connectorId, group), through: 'group', value: group });
  for (const [name, values] of attributes) {
    for (const value of new Set(values)) {
      keys.push({
        key: whoKey('attribute', connectorId, name, value),
        through: 'attribute',
        value: `${name}=${value}`,
      });
    }
  }
  return keys;
}

/** The mappings that give the role, best first, each once. `keys` are the principal's. */
export function applicableMappings(
  catalogue: CompiledCatalogue,
  principal: Who,
  keys: readonly PrincipalKey[],
  roleId: string,
): ApplicableMapping[] {
  const found = new Map<string, ApplicableMapping>();
  for (const { key, through, value } of keys) {
    for (const compiled of catalogue.index.get(key)?.get(roleId) ?? []) {
      const { mapping } = compiled;
      if (!found.has(mapping.id) && conditionsHold(mapping, principal))
        found.set(mapping.id, { compiled, through, value });
    }
  }
  return [...found.values()].toSorted((a, b) => byOrder(a.compiled.mapping, b.compiled.mapping));
}

function byOrder(a: Mapping, b: Mapping): number {
  if (a.order !== b.order) return a.order - b.order;
  return a.id < b.id ? -1 : 1;
}

/** Whether the mapping, if it speaks of the principal, gives them its roles. */
export function conditionsHold(mapping: Mapping, principal: Who): boolean {
  if (principal.kind === 'application') return true;
  return Object.entries(mapping.attributes).every(([name, accepted]) =>
    (principal.identity.attributes.get(name) ?? []).some((value) => accepted.includes(value)),
  );
}

export function reasonOf({ compiled, through, value }: ApplicableMapping): Reason {
  return { mappingId: compiled.mapping.id, through, value };
}
