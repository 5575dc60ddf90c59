/** How a connector is: what its provider says, what it must be told, and what really arrives. */
import { Router } from 'express';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { AdministrationRoutes } from './administration.ts';
import { askerOf } from './administrators-only.ts';
import { connectorStatusView } from './connector-status-view.ts';
import { adminFrame } from './sections.ts';

export function connectorStatusRoutes({ administration, pages }: AdministrationRoutes): Router {
  const router = Router();
  onlyMethods(router, '/admin/connectors/:connector/status', {
    async get(request, response) {
      const { connector } = request.params;
      const id = typeof connector === 'string' ? connector : '';
      const report = await administration.connectorStatus.read(askerOf(response), id);
      await pages.render(response, 'admin-connector', {
        ...adminFrame(response, 'connectors'),
        ...connectorStatusView(report),
      });
    },
  });
  return router;
}
