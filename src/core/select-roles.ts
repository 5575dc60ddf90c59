import { globOf, matchesGlob } from '../iam/wildcard.ts';
import type { Mapping, Role } from './catalogue.ts';
import type { CatalogueRole } from './compile-catalogue.ts';

export type SelectRoles = (mapping: Mapping) => readonly CatalogueRole[];

/** Chooses a mapping's roles, in the catalogue's order; only patterns and tags look at all of them. */
export function roleSelector(roles: ReadonlyMap<string, CatalogueRole>): SelectRoles {
  const all = [...roles.values()];
  const positions = new Map(all.map((entry, position) => [entry.role.id, position]));
  const ofAccount = new Map<string, CatalogueRole[]>();
  for (const entry of all) {
    const { id } = entry.account;
    ofAccount.set(id, ofAccount.get(id) ?? []);
    ofAccount.get(id)?.push(entry);
  }
  // Many mappings say the same pattern: one for each connector, say.
  const fitting = new Map<string, readonly CatalogueRole[]>();
  const thatFit = (pattern: string): readonly CatalogueRole[] => {
    const glob = globOf(pattern);
    const found = fitting.get(pattern) ?? all.filter(({ role }) => matchesGlob(glob, role.id));
    fitting.set(pattern, found);
    return found;
  };
  return ({ roles: { ids, accounts, pattern, tags } }) => {
    const chosen = new Set<CatalogueRole>();
    for (const id of ids) {
      const entry = roles.get(id);
      if (entry !== undefined) chosen.add(entry);
    }
    for (const id of accounts) for (const entry of ofAccount.get(id) ?? []) chosen.add(entry);
    if (pattern !== undefined) for (const entry of thatFit(pattern)) chosen.add(entry);
    if (tags !== undefined) for (const entry of all) if (hasTags(entry.role, tags)) chosen.add(entry);
    const position = ({ role }: CatalogueRole): number => positions.get(role.id) ?? 0;
    return [...chosen].toSorted((a, b) => position(a) - position(b));
  };
}

function hasTags(role: Role, tags: NonNullable<Mapping['roles']['tags']>): boolean {
  return Object.entries(tags).every(([key, value]) => role.tags[key] === value);
}
