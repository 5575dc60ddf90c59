/**
 * What people see of the sandbox's AWS: a front page, the federation endpoint, the console. Programs' requests
 * pass through untouched, with their bodies unread, to the services behind.
 */
import { Router } from 'express';
import { ASSETS_PATH, createPages, refuseErrors, serveAssets } from '../../pages.ts';
import type { Journal } from '../journal.ts';
import type { MfaDevices } from '../mfa-devices.ts';
import type { Sessions } from '../sessions.ts';
import type { World } from '../world.ts';
import { consolePagesRouter } from './console-pages.ts';
import { ConsoleSessions } from './console-sessions.ts';
import { federationRouter } from './federation.ts';
import { isVisit, showFrontPage } from './front-page.ts';

export interface AwsConsoleOptions {
  readonly awsUrl: string;
  readonly brokerUrl: string;
  readonly identityProvidersUrl: string;
  readonly rootDir: string;
  readonly world: World;
  readonly sessions: Sessions;
  readonly mfaDevices: MfaDevices;
  readonly journal: Journal;
  readonly now?: () => Date;
}

/** To be mounted at the root, before the services. */
export function awsConsoleRouter(options: AwsConsoleOptions): Router {
  const pages = createPages(options.rootDir);
  const now = options.now ?? ((): Date => new Date());
  const shared = { ...options, pages, now, consoleSessions: new ConsoleSessions(now) };
  const router = Router();
  router.use(ASSETS_PATH, serveAssets(options.rootDir));
  router.use('/federation', federationRouter(shared));
  router.use('/console', consolePagesRouter(shared));
  router.get('/', (request, response, next) => {
    if (!isVisit(request)) {
      next();
      return;
    }
    return showFrontPage(shared, response);
  });
  router.use(refuseErrors(pages));
  return router;
}
