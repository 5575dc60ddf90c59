import { isDeepStrictEqual } from 'node:util';
import type { CompiledCatalogue } from '../core/compile-catalogue.ts';
import { listEntitlements, type Entitlement } from '../core/entitlements.ts';
import type { Principal } from '../core/principal.ts';
import type { CatalogueSource } from './catalogue-source.ts';

export interface EntitlementSource {
  list(principal: Principal): Promise<readonly Entitlement[]>;
  find(principal: Principal, roleId: string): Promise<Entitlement | undefined>;
}

/** Lists kept per catalogue version. */
const KEPT_LISTS = 200;

interface KeptList {
  /** Whose it is, as they were: an identity provider may say other groups of a session's person meanwhile. */
  readonly principal: Principal;
  readonly entitlements: readonly Entitlement[];
}

/** What a principal may use, worked out once per session and catalogue version, sorted for showing. */
export function createEntitlementSource(catalogue: Pick<CatalogueSource, 'current'>): EntitlementSource {
  let keptFor: CompiledCatalogue | undefined;
  let kept = new Map<string, KeptList>();

  async function list(principal: Principal): Promise<readonly Entitlement[]> {
    const { compiled } = await catalogue.current();
    if (keptFor !== compiled) {
      keptFor = compiled;
      kept = new Map();
    }
    const key = principal.standing.idHash;
    const known = kept.get(key);
    if (known !== undefined && isDeepStrictEqual(known.principal, principal)) return known.entitlements;
    const entitlements = listEntitlements(compiled, principal).toSorted(byAccountThenRole);
    const oldest = kept.keys().next();
    if (kept.size >= KEPT_LISTS && oldest.done !== true) kept.delete(oldest.value);
    kept.set(key, { principal, entitlements });
    return entitlements;
  }

  return {
    list,
    find: async (principal, roleId) => (await list(principal)).find(({ role }) => role.id === roleId),
  };
}

/** Where an entitlement stands in the list: its account's name and id, its role's id. */
export type EntitlementPlace = readonly [accountName: string, accountId: string, roleId: string];

export function placeOf({ account, role }: Entitlement): EntitlementPlace {
  return [account.name, account.id, role.id];
}

export function comparePlaces(a: EntitlementPlace, b: EntitlementPlace): number {
  return compare(a[0], b[0]) || compare(a[1], b[1]) || compare(a[2], b[2]);
}

export function byAccountThenRole(a: Entitlement, b: Entitlement): number {
  return comparePlaces(placeOf(a), placeOf(b));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
