/** The Express pipeline in reading order, then the doors. */
import { join } from 'node:path';
import ejs from 'ejs';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { BrokerError } from './core/errors.ts';
import type { PublishedKeys } from './core/ports/signer.ts';
import { createApi, type ApiParts } from './http/api/create-api.ts';
import { apiErrors } from './http/api/problem.ts';
import type { AwsLogin } from './broker/aws-login.ts';
import type { RateLimits } from './broker/rate-limits.ts';
import {
  CONTAINER_OPERATION,
  containerCredentialsRoutes,
  type ContainerCredentialsRoutes,
} from './http/aws-clients/container-credentials/container-credentials.ts';
import {
  identityCenterRoutes,
  type IdentityCenterRoutes,
} from './http/aws-clients/identity-center/identity-center.ts';
import { awsLoginTokenRoutes } from './http/aws-clients/aws-login/token.ts';
import { healthRoutes, type Health } from './http/health.ts';
import { publishedKeysRoutes } from './http/identity-provider/published-keys.ts';
import { lastResort } from './http/last-resort.ts';
import { requireCsrfToken } from './http/middleware/csrf-token.ts';
import { limitSignIns } from './http/middleware/limit-sign-ins.ts';
import { guardRequest, refuseAmbiguous, sameOriginOnly } from './http/middleware/guard-request.ts';
import { securityHeaders } from './http/middleware/security-headers.ts';
import { publicFiles } from './http/public-files.ts';
import { openContext } from './http/request-context.ts';
import { createRequestLog } from './http/request-log.ts';
import { administrationRoutes } from './http/web/administration/administration.ts';
import { administratorsOnly } from './http/web/administration/administrators-only.ts';
import { apiPageRoutes } from './http/web/api-page.ts';
import { awsLoginRoutes, type AwsLoginRoutes } from './http/web/aws-login.ts';
import { backChannelLogoutRoutes } from './http/web/back-channel-logout.ts';
import { authorizeRoutes, type AuthorizeRoutes } from './http/web/authorize.ts';
import { breakGlassRoutes, type BreakGlassRoutes } from './http/web/break-glass.ts';
import { connectorMetadataRoutes } from './http/web/connector-metadata.ts';
import { firstRunRoutes, type FirstRunRoutes } from './http/web/first-run.ts';
import { deviceRoutes, type DeviceRoutes } from './http/web/device.ts';
import { webErrors } from './http/web/error-page.ts';
import { personalTokenRoutes, type PersonalTokenRoutes } from './http/web/personal-tokens.ts';
import { providerLogoutRoutes } from './http/web/provider-logout.ts';
import { roleRoutes, type RoleRoutes } from './http/web/roles.ts';
import { sessionRoutes, type SessionRoutes } from './http/web/sessions.ts';
import { readSession } from './http/web/signed-in.ts';
import { setupFileRoutes, setupRoutes, type SetupRoutes } from './http/web/setup.ts';
import { signInRoutes, type SignInRoutes } from './http/web/sign-in.ts';
import { signOutRoutes, type SignOutRoutes } from './http/web/sign-out.ts';

export interface AppParts
  extends
    RoleRoutes,
    SignInRoutes,
    SignOutRoutes,
    SessionRoutes,
    AuthorizeRoutes,
    BreakGlassRoutes,
    ContainerCredentialsRoutes,
    DeviceRoutes,
    FirstRunRoutes,
    IdentityCenterRoutes,
    PersonalTokenRoutes,
    SetupRoutes,
    Omit<ApiParts, 'sessionCookie' | 'log'> {
  readonly awsLogin: AwsLogin;
  readonly awsClients: AwsLoginRoutes['awsClients'];
  readonly publishedKeys: PublishedKeys;
  readonly limits: RateLimits;
  readonly health: Health;
  readonly logger: Logger;
  /** Where `views/` and `public/` are. */
  readonly rootDir: string;
  readonly trustedProxies: readonly string[];
  readonly formTargets: readonly string[];
}

export function createApp(parts: AppParts): Express {
  const { baseUrl, cookies, sessions, pages } = parts;
  const log = createRequestLog(parts.logger);
  const files = publicFiles(join(parts.rootDir, 'public'));
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...parts.trustedProxies]);
  app.set('views', join(parts.rootDir, 'views'));
  app.set('view engine', 'ejs');
  app.enable('view cache');
  app.locals['assets'] = files.base;
  app.engine('ejs', (path, data, done) => {
    ejs.renderFile(path, data as ejs.Data, { cache: true }, done);
  });

  app.use(openContext, log.middleware, securityHeaders(parts), refuseAmbiguous);
  app.use(healthRoutes(parts.health));
  app.use(guardRequest(baseUrl));
  app.use(containerCredentialsRoutes(parts, log));
  const foreignOperations = [CONTAINER_OPERATION];
  const api = createApi({ ...parts, foreignOperations, sessionCookie: cookies.session, log });
  app.use(api.routes);
  // `/api` itself is a page.
  app.use('/api/*rest', notFound, apiErrors(log, baseUrl));
  app.use(identityCenterRoutes(parts, log), awsLoginTokenRoutes(parts, log));

  app.use(files.routes, setupFileRoutes(parts));
  app.use(publishedKeysRoutes(parts.publishedKeys), connectorMetadataRoutes(parts.connectors));
  // What a provider proves by its signature needs no session, and comes from wherever it comes.
  app.use(backChannelLogoutRoutes(parts, log), providerLogoutRoutes(parts));
  app.use(readSession(sessions, cookies.session));
  app.use(apiPageRoutes(api.document, pages));
  app.use('/sign-in/:connector', limitSignIns(parts.limits));
  app.use(signInRoutes(parts));
  // Its forms are the wizard’s own, whoever is signed in beside it.
  app.use(firstRunRoutes(parts));
  // A catalogue's entries are larger than other forms; strangers are refused before theirs is read.
  app.use(sameOriginOnly(baseUrl), administratorsOnly(parts), ...requireCsrfToken(cookies.session));
  app.use(deviceRoutes(parts), authorizeRoutes(parts), awsLoginRoutes(parts));
  app.use(breakGlassRoutes(parts));
  app.use(signOutRoutes(parts), sessionRoutes(parts), personalTokenRoutes(parts));
  app.use(roleRoutes(parts), setupRoutes(parts));
  app.use(administrationRoutes(parts));
  app.use(notFound, webErrors({ pages, log, clickCookie: cookies.click }), lastResort(parts.logger));
  return app;
}

function notFound(_request: Request, _response: Response, next: NextFunction): void {
  next(new BrokerError('request.not_found'));
}
