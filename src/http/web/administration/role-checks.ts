/** What was found when each role was last tried out. */
import { Router } from 'express';
import type { ListedRoleCheck } from '../../../broker/list-role-checks.ts';
import type { RoleSetup } from '../../../broker/role-setup.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { Pages } from '../pages.ts';
import { roleLabel } from '../role-view.ts';
import { searchOf } from '../search-roles.ts';
import { ago } from '../time-words.ts';
import { askerOf } from './administrators-only.ts';
import { entryHref } from './list-rows.ts';
import { adminFrame } from './sections.ts';
import type { RowView } from './views.ts';

interface RoleCheckRoutes {
  readonly roleSetup: Pick<RoleSetup, 'listRoleChecks'>;
  readonly pages: Pages;
  readonly clock: Clock;
}

const PATH = '/admin/checks';
const PAGE_SIZE = 50;

export function roleCheckRoutes({ roleSetup, pages, clock }: RoleCheckRoutes): Router {
  const router = Router();
  onlyMethods(router, PATH, {
    async get(request, response) {
      const { checks, untried } = await roleSetup.listRoleChecks(askerOf(response));
      const isWhole = request.query['all'] !== undefined;
      const troubled = checks.filter(({ outcome }) => outcome === 'fails' || outcome === 'warns');
      const wanted = isWhole ? checks : troubled;
      const pageCount = Math.max(1, Math.ceil(wanted.length / PAGE_SIZE));
      const page = Math.min(Math.max(1, searchOf(request.query).page), pageCount);
      const href = (to: number): string | undefined =>
        to < 1 || to > pageCount ? undefined : `?${isWhole ? 'all=1&' : ''}page=${to}`;
      const now = clock.now();
      await pages.render(response, 'admin-checks', {
        ...adminFrame(response, 'checks'),
        title: 'Role checks',
        isWhole,
        tried: checks.length,
        troubled: troubled.length,
        untried,
        rows: wanted.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map((check) => rowOf(check, now)),
        otherHref: isWhole ? PATH : `${PATH}?all=1`,
        previousHref: href(page - 1),
        nextHref: href(page + 1),
        page,
        pages: pageCount,
      });
    },
  });
  return router;
}

const OUTCOMES: Readonly<Record<ListedRoleCheck['outcome'], RowView['badges'][number]>> = {
  works: { text: 'works', colour: 'green' },
  warns: { text: 'works, but', colour: 'amber' },
  fails: { text: 'does not work', colour: 'red' },
  unchecked: { text: 'cannot be tried', colour: 'grey' },
};

function rowOf({ roleId, role, account, outcome, text, detail, at }: ListedRoleCheck, now: Date): RowView {
  return {
    href: `${entryHref('roles', roleId)}/trust`,
    title: roleLabel(role),
    id: roleId,
    badges: [OUTCOMES[outcome]],
    facts: [
      `in ${account.name}`,
      `tried ${ago(at, now)}`,
      text,
      ...(detail === undefined ? [] : [`AWS says: ${detail}`]),
    ],
  };
}
