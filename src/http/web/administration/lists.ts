import { Router, type Response } from 'express';
import type { CatalogueList } from '../../../core/catalogue.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { PageContent } from '../pages.ts';
import { searchOf } from '../search-roles.ts';
import type { AdministrationRoutes } from './administration.ts';
import { admittedOf, askerOf } from './administrators-only.ts';
import { createEntrySearch, type EntrySearch } from './entry-search.ts';
import { rowsOf, type Troubles } from './list-rows.ts';
import { adminFrame, sectionHref, sectionLabel } from './sections.ts';
import type { ListPage } from './views.ts';

const PAGE_SIZE = 50;

const ABOUT: Readonly<Record<CatalogueList, string>> = {
  mappings: 'Who may use which roles, within which limits.',
  roles: 'AWS roles that people and applications can be given, and how credentials for them are got.',
  accounts: 'AWS accounts that roles are in.',
  connectors: 'Identity providers that people sign in with.',
  applications: 'Programs that fetch credentials by themselves.',
  administrators: 'Who may look at all this, and change it.',
};

export function listRoutes({ pages, administration }: AdministrationRoutes): Router {
  const router = Router();
  const search = createEntrySearch();
  for (const list of Object.keys(ABOUT) as CatalogueList[]) {
    onlyMethods(router, sectionHref(list), {
      async get(request, response) {
        const troubles: Troubles =
          list === 'connectors'
            ? await administration.connectorStatus.troubles(askerOf(response))
            : new Map();
        const shown = { ...searchOf(request.query), search, troubles };
        await pages.render(response, 'admin-list', listPage(list, response, shown));
      },
    });
  }
  return router;
}

interface Shown extends ReturnType<typeof searchOf> {
  readonly search: EntrySearch;
  readonly troubles: Troubles;
}

function listPage(
  list: CatalogueList,
  response: Response,
  { query, page, search, troubles }: Shown,
): PageContent<ListPage> {
  const { authority, current } = admittedOf(response);
  const entries = current.catalogue[list];
  const matching = search(entries, query, current.compiled);
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const shown = Math.min(Math.max(1, page), pages);
  const href = (to: number): string | undefined =>
    to < 1 || to > pages ? undefined : `?${new URLSearchParams({ q: query, page: String(to) }).toString()}`;
  const mayAdd =
    authority.may === 'all' && (authority.accounts === undefined || list === 'roles' || list === 'mappings');
  return {
    ...adminFrame(response, list),
    title: sectionLabel(list),
    list,
    about: ABOUT[list],
    query,
    total: entries.length,
    matching: matching.length,
    rows: rowsOf(list, matching.slice((shown - 1) * PAGE_SIZE, shown * PAGE_SIZE), { ...current, troubles }),
    newHref: mayAdd ? `/admin/new/${list}` : undefined,
    allHref: sectionHref(list),
    previousHref: href(shown - 1),
    nextHref: href(shown + 1),
    page: shown,
    pages,
  };
}
