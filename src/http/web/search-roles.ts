import type { Request } from 'express';
import type { Entitlement } from '../../core/entitlements.ts';
import type { PageContent } from './pages.ts';
import { accountView, roleView } from './role-view.ts';
import type { AccountView, RolesPage } from './view-models.ts';

const PAGE_SIZE = 100;

/** What an address asks to see. */
export function searchOf({ q, page }: Request['query']): { readonly query: string; readonly page: number } {
  return { query: textOf(q).slice(0, 200), page: Number.parseInt(textOf(page), 10) || 1 };
}

/** The first of what came, as text. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * What a page of roles shows for a search: every word must be found in the account or the role.
 *
 * @param wanted.kept what else the page's address holds, and goes on holding.
 */
export function searchRoles(
  entitlements: readonly Entitlement[],
  query: string,
  wanted: { readonly page: number; readonly kept?: Readonly<Record<string, string>> },
): Omit<PageContent<RolesPage>, 'title'> {
  const { kept = {} } = wanted;
  const matching = matchingRoles(entitlements, query);
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const page = Math.min(Math.max(1, wanted.page), pages);
  const shown = matching.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  const href = (number: number): string | undefined =>
    number < 1 || number > pages
      ? undefined
      : `?${new URLSearchParams({ ...kept, q: query, page: String(number) }).toString()}`;
  return {
    query,
    kept: Object.entries(kept).map(([name, value]) => ({ name, value })),
    allHref: `?${new URLSearchParams(kept).toString()}`,
    total: entitlements.length,
    matching: matching.length,
    accounts: groupByAccount(shown),
    previousHref: href(page - 1),
    nextHref: href(page + 1),
    page,
    pages,
  };
}

export function matchingRoles(entitlements: readonly Entitlement[], query: string): readonly Entitlement[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return words.length === 0 ? entitlements : entitlements.filter((entry) => matches(entry, words));
}

function matches({ role, account }: Entitlement, words: readonly string[]): boolean {
  const text = [
    account.id,
    account.name,
    account.environment ?? '',
    role.id,
    role.roleName,
    role.label ?? '',
    role.description ?? '',
    ...Object.values(role.tags),
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

function groupByAccount(entitlements: readonly Entitlement[]): AccountView[] {
  const groups = new Map<string, Entitlement[]>();
  for (const entry of entitlements) {
    const group = groups.get(entry.account.id);
    if (group === undefined) groups.set(entry.account.id, [entry]);
    else group.push(entry);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ ...accountView(first), roles: group.map((entry) => roleView(entry)) }];
  });
}
