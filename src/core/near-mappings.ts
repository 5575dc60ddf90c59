/** Which mappings give a role, and what of each does not hold for a principal: the nearest first. */
import { keysOf } from './applicable-mappings.ts';
import type { Mapping } from './catalogue.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import { whoKeysOf } from './mapping-index.ts';
import type { Identity, Principal } from './principal.ts';

export interface NearMapping {
  readonly mappingId: string;
  /** What does not hold, a sentence each; empty where the mapping applies. */
  readonly lacks: readonly string[];
}

/** More than anybody reads. */
const SHOWN = 20;

export function nearestMappings(
  catalogue: CompiledCatalogue,
  principal: Principal,
  roleId: string,
): NearMapping[] {
  const has = new Set(keysOf(principal).map(({ key }) => key));
  return [...catalogue.mappings.values()]
    .filter(({ roleIds }) => roleIds.has(roleId))
    .map(({ mapping }) => ({ mapping, ...lacksOf(mapping, principal, has) }))
    .map((near) => (isFound(catalogue, near.mapping, roleId) ? near : outOfForce(near)))
    .toSorted(
      (a, b) =>
        a.distance - b.distance ||
        a.mapping.order - b.mapping.order ||
        (a.mapping.id < b.mapping.id ? -1 : 1),
    )
    .slice(0, SHOWN)
    .map(({ mapping, lacks }) => ({ mappingId: mapping.id, lacks }));
}

/** What decisions cannot find is not valid at the moment. */
function isFound({ index }: CompiledCatalogue, mapping: Mapping, roleId: string): boolean {
  const [key = ''] = whoKeysOf(mapping);
  return (
    index
      .get(key)
      ?.get(roleId)
      ?.some((found) => found.mapping.id === mapping.id) === true
  );
}

function outOfForce<Near extends Lacks & { readonly mapping: Mapping }>(near: Near): Near {
  const { validFrom, validUntil } = near.mapping;
  const when = [
    ...(validFrom === undefined ? [] : [`from ${validFrom}`]),
    ...(validUntil === undefined ? [] : [`until ${validUntil}`]),
  ];
  const lacks = [...near.lacks, `It is valid ${when.join(' ')} only.`];
  return { ...near, distance: near.distance + 1, lacks };
}

interface Lacks {
  readonly distance: number;
  readonly lacks: readonly string[];
}

const OF_ANOTHER_KIND = 100;

function lacksOf(mapping: Mapping, principal: Principal, has: ReadonlySet<string>): Lacks {
  if (principal.kind === 'application') {
    if (mapping.applications.includes(principal.id)) return { distance: 0, lacks: [] };
    return { distance: OF_ANOTHER_KIND, lacks: [`It does not name the application "${principal.id}".`] };
  }
  const { identity } = principal;
  if (mapping.connector === undefined) {
    return { distance: OF_ANOTHER_KIND, lacks: ['It is for applications, not for people.'] };
  }
  if (mapping.connector !== identity.connectorId) {
    const lack = `It is for people of connector "${mapping.connector}", and these come from "${identity.connectorId}".`;
    return { distance: OF_ANOTHER_KIND, lacks: [lack] };
  }
  const lacks = [...whoLacks(mapping, identity, has), ...attributeLacks(mapping, identity)];
  return { distance: lacks.length, lacks };
}

function whoLacks(mapping: Mapping, { groups }: Identity, has: ReadonlySet<string>): string[] {
  const { groups: wanted, users } = mapping;
  if (wanted.length + users.length === 0 || whoKeysOf(mapping).some((key) => has.has(key))) return [];
  const named = [
    ...(wanted.length === 0 ? [] : [`one of the groups ${list(wanted)}`]),
    ...(users.length === 0 ? [] : [`to be one of ${users.length} named people`]),
  ];
  const alike = groups.filter((group) => wanted.some((other) => loosely(other) === loosely(group)));
  const hint =
    alike.length === 0
      ? ''
      : ` Arrived instead: ${list(alike)}; groups count as they are written, to the letter.`;
  return [`It asks for ${named.join(', or ')}.${hint}`];
}

function attributeLacks({ attributes }: Mapping, identity: Identity): string[] {
  return Object.entries(attributes).flatMap(([name, accepted]) => {
    const values = identity.attributes.get(name) ?? [];
    if (values.some((value) => accepted.includes(value))) return [];
    const arrived = values.length === 0 ? 'it did not arrive' : `${list(values)} arrived`;
    return [`It asks for the attribute ${JSON.stringify(name)} with ${list(accepted)}; ${arrived}.`];
  });
}

/** For a hint alone: nothing is ever decided by it. */
function loosely(group: string): string {
  return group.normalize('NFKC').trim().toLowerCase();
}

function list(values: readonly string[]): string {
  const shown = values.slice(0, 10).map((value) => JSON.stringify(value));
  return [...shown, ...(values.length > shown.length ? ['…'] : [])].join(', ');
}
