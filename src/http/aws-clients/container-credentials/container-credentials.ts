/**
 * `GET /api/v1/container-credentials/{role}`: where unmodified SDKs fetch by `AWS_CONTAINER_CREDENTIALS_FULL_URI` and
 * renew by themselves. They give up after one or two seconds and try three or four times whatever the answer, so that
 * nothing here counts failures.
 */
import { Router, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import type { WorkloadTokens } from '../../../broker/applications/workload-tokens.ts';
import type { IssueCredentials } from '../../../broker/issue-credentials.ts';
import type { AccessTokens, ResumedToken } from '../../../broker/resume-token.ts';
import { BrokerError } from '../../../core/errors.ts';
import type { AuthorizationKind } from '../../../core/ports/authorizations.ts';
import type { Delivery } from '../../../core/ports/delivery.ts';
import { wishOf } from '../../access-fields.ts';
import { limitPrincipal, type PrincipalLimits } from '../../middleware/limit-principal.ts';
import type { Operation } from '../../operation.ts';
import { contextOf } from '../../request-context.ts';
import type { RequestLog } from '../../request-log.ts';
import { bearerOf } from './bearer-of.ts';
import { containerErrors, containerErrorSchema } from './container-errors.ts';

export interface ContainerCredentialsRoutes {
  readonly accessTokens: AccessTokens;
  readonly workloadTokens: WorkloadTokens;
  readonly issueCredentials: IssueCredentials;
  readonly limits: PrincipalLimits;
  readonly container: Delivery<string>;
}

const KINDS: readonly AuthorizationKind[] = ['application', 'on-behalf-of', 'personal'];
const ROOT = '/api/v1/container-credentials';

export function containerCredentialsRoutes(routes: ContainerCredentialsRoutes, log: RequestLog): Router {
  const { limits, issueCredentials, container } = routes;
  const router = Router();
  router.use(ROOT, onlyGet, refuseBrowsers);
  router.get(`${ROOT}/:role`, async (request, response) => {
    const { principal, userIdToken } = await admit(routes, request, response);
    await limitPrincipal(limits, principal, response);
    const body = await issueCredentials({
      principal,
      ...wishOf(request.params.role, {}, userIdToken),
      delivery: container,
      origin: contextOf(response).origin,
    });
    response.setHeader('Content-Type', 'application/json');
    response.end(body);
  });
  router.use(ROOT, containerErrors(log));
  return router;
}

/** An access token of ours, or the token that a workload's own platform gave it. */
async function admit(
  { accessTokens, workloadTokens }: ContainerCredentialsRoutes,
  request: Request,
  response: Response,
): Promise<ResumedToken> {
  const { origin } = contextOf(response);
  return accessTokens.resume(await workloadTokens.admit(bearerOf(request), origin), KINDS, origin);
}

/** HEAD would have credentials issued that nobody gets. */
function onlyGet(request: Request, response: Response, next: NextFunction): void {
  if (request.method === 'GET') {
    next();
    return;
  }
  response.setHeader('Allow', 'GET');
  throw new BrokerError('request.method');
}

/**
 * No page has business here, whatever token it got hold of. Every browser tells one of these; `Sec-Fetch-Mode` alone is
 * what Node's own `fetch` sends.
 */
function refuseBrowsers({ headers }: Request, _response: Response, next: NextFunction): void {
  const signs = ['origin', 'sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user'];
  if (signs.some((name) => headers[name] !== undefined)) throw new BrokerError('request.browser');
  next();
}

/** What the API's document says of it. */
export const CONTAINER_OPERATION: Operation = {
  id: 'getContainerCredentials',
  method: 'get',
  path: `${ROOT}/{role}`,
  summary: 'A role’s credentials, as AWS’s SDKs fetch them by AWS_CONTAINER_CREDENTIALS_FULL_URI',
  description:
    'The token may stand in Authorization without “Bearer”. A workload may show its own platform’s token.',
  access: 'bearer',
  parameters: [{ name: 'role', in: 'path', description: 'The id of one of your roles.', schema: z.string() }],
  answer: {
    status: 200,
    description: 'Credentials for as long as the mapping’s default.',
    contents: [
      {
        mediaType: 'application/json',
        schema: z.strictObject({
          AccessKeyId: z.string(),
          SecretAccessKey: z.string(),
          Token: z.string(),
          Expiration: z.iso.datetime(),
          AccountId: z.string(),
          RoleArn: z.string().optional(),
        }),
      },
    ],
  },
  errors: [
    'token.role',
    'client.invalid',
    'request.browser',
    'sts.refused',
    'sts.unavailable',
    'sts.timeout',
  ],
  errorContent: { mediaType: 'application/json', schema: containerErrorSchema },
  handlers: [],
};
