import { Router } from 'express';
import type { CatalogueSide } from '../../../core/authority.ts';
import { CATALOGUE_LISTS } from '../../../core/catalogue.ts';
import type { CatalogueVersion } from '../../../core/ports/stores.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import { ago } from '../time-words.ts';
import type { AdministrationRoutes } from './administration.ts';
import { admittedOf, askerOf } from './administrators-only.ts';
import { entryHref, type Troubles } from './list-rows.ts';
import { adminFrame, sectionHref, sectionLabel } from './sections.ts';
import type { OverviewPage, VersionView } from './views.ts';

const SHOWN_CHANGES = 5;

export function overviewRoutes({ administration, clock, pages }: AdministrationRoutes): Router {
  const router = Router();
  onlyMethods(router, '/admin', {
    async get(_request, response) {
      const { current } = admittedOf(response);
      const asker = askerOf(response);
      const [versions, waiting, troubles] = await Promise.all([
        administration.catalogue.versions(asker),
        administration.proposals.list(asker),
        administration.connectorStatus.troubles(asker),
      ]);
      const now = clock.now();
      await pages.render(response, 'admin-overview', {
        ...adminFrame(response, 'overview'),
        title: 'Administration',
        version: current.version,
        counts: CATALOGUE_LISTS.map((list) => ({
          label: sectionLabel(list),
          count: current.catalogue[list].length,
          href: sectionHref(list),
        })),
        attention: [...waitingOf(waiting.length), ...troublesIn(current, troubles), ...attentionTo(current)],
        changes: versions.slice(0, SHOWN_CHANGES).map((each) => versionView(each, now)),
      });
    },
  });
  return router;
}

export function versionView(
  { version, at, author, approvedBy, reason }: CatalogueVersion,
  now: Date,
): VersionView {
  return {
    version,
    href: `/admin/versions/${version}`,
    at: at.toISOString(),
    ago: ago(at, now),
    author: author ?? 'a file, at the first start',
    approvedBy,
    reason: reason ?? '',
  };
}

function troublesIn({ catalogue }: CatalogueSide, troubles: Troubles): OverviewPage['attention'] {
  return catalogue.connectors.flatMap(({ id, label }) =>
    (troubles.get(id) ?? []).map((trouble) => ({
      text: `${label}: ${trouble.label}`,
      href: `${entryHref('connectors', id)}/status`,
    })),
  );
}

function waitingOf(count: number): OverviewPage['attention'] {
  if (count === 0) return [];
  const text = count === 1 ? '1 change waits for approval' : `${count} changes wait for approval`;
  return [{ text, href: sectionHref('versions') }];
}

/** What nobody asked for, most likely. */
function attentionTo({ catalogue, compiled }: CatalogueSide): OverviewPage['attention'] {
  const used = new Set<string>();
  for (const { roleIds } of compiled.mappings.values()) {
    if (used.size === compiled.roles.size) break;
    for (const id of roleIds) used.add(id);
  }
  const idle = compiled.roles.size - used.size;
  const filled = new Set(catalogue.roles.map(({ accountId }) => accountId));
  const empty = catalogue.accounts.filter(({ id }) => !filled.has(id)).length;
  return [
    ...(idle === 0 ? [] : [{ text: `${counted(idle, 'role')} that no mapping gives`, href: '/admin/roles' }]),
    ...(empty === 0
      ? []
      : [{ text: `${counted(empty, 'account')} without a role`, href: '/admin/accounts' }]),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
