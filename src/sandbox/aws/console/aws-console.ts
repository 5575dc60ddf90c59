/**
 * What people see of the sandbox's AWS: a front page, the sign-in service, the console. Calls to services
 * never come here.
 */
import { Router, type Request, type Response } from 'express';
import {
  ASSETS_PATH,
  createPages,
  formOf,
  readForm,
  refuseErrors,
  serveAssets,
  type Pages,
} from '../../pages.ts';
import { readAwsRequest } from '../wire/aws-request.ts';
import type { SandboxAws } from '../aws-server.ts';
import { showExplanation } from '../explain/explain-page.ts';
import { consolePagesRouter } from './console-pages.ts';
import { ConsoleSessions } from './console-sessions.ts';
import { federationRouter } from './federation.ts';
import { isVisit, showFrontPage, type FrontPageOptions } from './front-page.ts';
import { logoutRouter } from './logout.ts';
import { playLambda, PLAYABLE_SERVICES } from './play-lambda.ts';
import { samlServiceMetadataRouter } from './saml-service-metadata.ts';
import { samlSignInRouter } from './saml-sign-in.ts';

interface AwsConsoleOptions {
  readonly awsUrl: string;
  readonly brokerUrl: string;
  readonly identityProvidersUrl: string;
  readonly rootDir: string;
  readonly aws: SandboxAws;
}

/** To be mounted at the root, behind the services. */
export function awsConsoleRouter(options: AwsConsoleOptions): Router {
  const pages: Pages = createPages(options.rootDir);
  const shared = { ...options, pages, consoleSessions: new ConsoleSessions(options.aws.now) };
  const router = Router();
  router.use(ASSETS_PATH, serveAssets(options.rootDir));
  router.use('/federation', federationRouter(shared));
  router.use('/saml', samlSignInRouter(shared));
  router.use('/static', samlServiceMetadataRouter(shared));
  router.use('/oauth', logoutRouter(shared));
  router.use('/console', consolePagesRouter(shared));
  router.post('/_sandbox/play', readForm, (request, response) => play(shared, request, response));
  router.get('/explain/:requestId', (request, response) => showExplanation(shared, request, response));
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

function play(options: FrontPageOptions, request: Request, response: Response): Promise<void> {
  const service = formOf(request).get('service');
  if (service === null || !PLAYABLE_SERVICES.includes(service)) {
    return options.pages.refuse(response, 400, 'That is no service that can be played here.');
  }
  const { aws } = options;
  const played = playLambda(aws, readAwsRequest(request, Buffer.alloc(0), aws.now()), service);
  return showFrontPage(options, response, played);
}
