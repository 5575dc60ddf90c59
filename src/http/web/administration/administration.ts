/** The administrators' pages: each list of the catalogue, and every change of it by way of its preview. */
import { Router } from 'express';
import type { Administration } from '../../../broker/administration.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import { connectorStatusRoutes } from './connector-status.ts';
import { entryRoutes } from './editor/entries.ts';
import { explainRoutes } from './explain.ts';
import { importRoutes } from './import.ts';
import { listRoutes } from './lists.ts';
import { overviewRoutes } from './overview.ts';
import { peopleRoutes } from './people.ts';
import { proposalRoutes } from './proposals.ts';
import { roleCheckRoutes } from './role-checks.ts';
import { roleTrustRoutes, type RoleTrustRoutes } from './role-trust.ts';
import { versionRoutes } from './versions.ts';

export interface AdministrationRoutes extends RoleTrustRoutes {
  readonly administration: Administration;
  readonly baseUrl: string;
  readonly clock: Clock;
}

/** Behind `administratorsOnly`. */
export function administrationRoutes(routes: AdministrationRoutes): Router {
  const router = Router();
  router.use(overviewRoutes(routes));
  router.use(listRoutes(routes), entryRoutes(routes), connectorStatusRoutes(routes));
  router.use(versionRoutes(routes), proposalRoutes(routes));
  router.use(peopleRoutes(routes), explainRoutes(routes), importRoutes(routes), roleTrustRoutes(routes));
  router.use(roleCheckRoutes(routes));
  return router;
}
