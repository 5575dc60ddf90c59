import type { CatalogueSide } from '../../../core/authority.ts';
import type { CatalogueList } from '../../../core/catalogue.ts';

/** How many roles each account has, how many mappings give each role: in one pass, and not in one for each row. */
export function countsFor(
  list: CatalogueList,
  ids: readonly string[],
  { catalogue, compiled }: CatalogueSide,
): ReadonlyMap<string, number> {
  const counts = new Map(ids.map((id) => [id, 0]));
  const count = (id: string): void => {
    const known = counts.get(id);
    if (known !== undefined) counts.set(id, known + 1);
  };
  if (list === 'accounts') for (const { accountId } of catalogue.roles) count(accountId);
  if (list !== 'roles') return counts;
  for (const { roleIds } of compiled.mappings.values()) {
    const [fewer, others] = roleIds.size < ids.length ? [roleIds, counts] : [ids, roleIds];
    for (const id of fewer) if (others.has(id)) count(id);
  }
  return counts;
}
