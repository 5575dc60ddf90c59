/** Every version of the catalogue: who made it, why, what it changed, and the way back to it. */
import { Router, type Request, type Response } from 'express';
import type { CatalogueAdministration } from '../../../broker/administer-catalogue.ts';
import { BrokerError } from '../../../core/errors.ts';
import { MAXIMUM_LISTED_VERSIONS } from '../../../core/ports/stores.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { AdministrationRoutes } from './administration.ts';
import { admittedOf, askerOf } from './administrators-only.ts';
import { differenceView } from './change-view.ts';
import { versionView } from './overview.ts';
import { aboutProposal } from './proposal-view.ts';
import { showOrApply, type Proposal } from './propose-change.ts';
import { adminFrame } from './sections.ts';

export function versionRoutes({ administration, clock, pages }: AdministrationRoutes): Router {
  const { catalogue, proposals } = administration;
  const router = Router();

  onlyMethods(router, '/admin/versions', {
    async get(request, response) {
      const before = numberOf(request.query['before']);
      const asker = askerOf(response);
      const [versions, open] = await Promise.all([
        catalogue.versions(asker, before),
        before === undefined ? proposals.list(asker) : [],
      ]);
      const oldest = versions.length < MAXIMUM_LISTED_VERSIONS ? undefined : versions.at(-1)?.version;
      await pages.render(response, 'admin-versions', {
        ...adminFrame(response, 'versions'),
        title: 'Changes',
        proposals: open.map((each) => aboutProposal(each, clock.now())),
        versions: versions.map((each) => versionView(each, clock.now())),
        olderHref: oldest === undefined ? undefined : `?before=${oldest}`,
      });
    },
  });

  onlyMethods(router, '/admin/versions/:version', {
    async get(request, response) {
      const { authority, current } = admittedOf(response);
      const { about, difference } = await catalogue.whatChanged(askerOf(response), versionOf(request));
      const isCurrent = about.version === current.version;
      await pages.render(response, 'admin-version', {
        ...adminFrame(response, 'versions'),
        title: `Version ${about.version}`,
        about: versionView(about, clock.now()),
        difference: differenceView(difference),
        isCurrent,
        mayGoBack: !isCurrent && authority.may === 'all',
      });
    },
  });

  onlyMethods(router, '/admin/versions/:version/restore', {
    get: (request, response) => {
      response.redirect(303, `/admin/versions/${versionOf(request)}`);
    },
    async post(request, response) {
      await showOrApply(pages, restoring(catalogue, versionOf(request), response), request, response);
    },
  });

  return router;
}

function restoring(catalogue: CatalogueAdministration, version: number, response: Response): Proposal {
  const asker = askerOf(response);
  return {
    section: 'versions',
    title: `Go back to version ${version}`,
    action: `/admin/versions/${version}/restore`,
    fields: [],
    isEditable: false,
    leaveHref: `/admin/versions/${version}`,
    async plan() {
      const { catalogue: earlier } = await catalogue.version(asker, version);
      return catalogue.plan(asker, earlier);
    },
    apply: (change) => catalogue.restore(asker, version, change),
  };
}

/** @throws BrokerError `request.not_found` */
function versionOf(request: Request): number {
  const version = numberOf(request.params['version']);
  if (version === undefined) throw new BrokerError('request.not_found');
  return version;
}

function numberOf(text: unknown): number | undefined {
  return typeof text === 'string' && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
