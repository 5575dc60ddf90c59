/** Changes that wait for a second person: what each would do by now, and what this administrator may do about it. */
import { Router, type Request, type Response } from 'express';
import { BrokerError, type ErrorCode } from '../../../core/errors.ts';
import { statusOf } from '../../errors.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { AdministrationRoutes } from './administration.ts';
import { admittedOf, askerOf } from './administrators-only.ts';
import { changedHref } from './propose-change.ts';
import { proposalPage } from './proposal-view.ts';
import { readReason } from './read-reason.ts';
import { adminFrame } from './sections.ts';

const PATH = '/admin/proposals/:proposal';

/** What the proposal's own page says, as it is by then. */
const TOLD_THERE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'catalogue.stale',
  'catalogue.refused',
  'proposal.author',
  'proposal.closed',
]);

export function proposalRoutes({ administration, clock, pages }: AdministrationRoutes): Router {
  const { proposals } = administration;
  const router = Router();

  async function show(request: Request, response: Response): Promise<void> {
    const read = await proposals.read(askerOf(response), idIn(request));
    const { compiled } = admittedOf(response).current;
    await pages.render(response, 'admin-proposal', {
      ...adminFrame(response, 'versions'),
      ...proposalPage(read, { compiled, now: clock.now() }),
    });
  }

  /** What could not be decided is shown as it is. */
  async function decide(request: Request, response: Response, work: () => Promise<string>): Promise<void> {
    try {
      response.redirect(303, await work());
    } catch (error) {
      if (!(error instanceof BrokerError) || !TOLD_THERE.has(error.code)) throw error;
      response.status(statusOf(error));
      await show(request, response);
    }
  }

  onlyMethods(router, PATH, { get: show });
  onlyMethods(router, `${PATH}/approve`, {
    post: (request, response) =>
      decide(request, response, async () =>
        changedHref(await proposals.approve(askerOf(response), idIn(request))),
      ),
  });
  onlyMethods(router, `${PATH}/reject`, {
    post: (request, response) =>
      decide(request, response, async () => {
        await proposals.reject(askerOf(response), idIn(request), readReason(request));
        return `/admin/proposals/${idIn(request)}`;
      }),
  });
  onlyMethods(router, `${PATH}/withdraw`, {
    post: (request, response) =>
      decide(request, response, async () => {
        await proposals.withdraw(askerOf(response), idIn(request));
        return `/admin/proposals/${idIn(request)}`;
      }),
  });
  return router;
}

function idIn({ params }: Request): string {
  return typeof params['proposal'] === 'string' ? params['proposal'] : '';
}
