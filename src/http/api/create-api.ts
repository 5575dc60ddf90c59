/** `/api`: all that applications and scripts ask, and the document that tells them how. */
import { Router } from 'express';
import { z } from 'zod';
import type { Administration } from '../../broker/administration.ts';
import type { RoleSetup } from '../../broker/role-setup.ts';
import type { AwsSetup } from '../../broker/aws-setup.ts';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import { openApiDocument, type OpenApiDocument } from '../openapi.ts';
import { addOperations, type Operation } from '../operation.ts';
import type { RequestLog } from '../request-log.ts';
import { administrationOperations, admitAdministrators } from './administration/administration.ts';
import { roleSetupOperations } from './administration/role-setup.ts';
import { awsConfigOperation } from './aws-config.ts';
import { identifyCaller, type CallerSettings } from './caller.ts';
import { credentialOperations, type CredentialOperations } from './credentials.ts';
import { meOperation } from './me.ts';
import { oauthOperations, oauthRoutes, type OAuthRoutes } from './oauth.ts';
import { personalTokenOperations, type PersonalTokenOperations } from './personal-tokens.ts';
import { rolesOperation } from './roles.ts';

export interface ApiParts extends CallerSettings, CredentialOperations, PersonalTokenOperations, OAuthRoutes {
  readonly administration: Administration;
  readonly roleSetup: RoleSetup;
  readonly awsSetup: AwsSetup;
  readonly entitlements: EntitlementSource;
  readonly log: RequestLog;
  /** Of other doors: described here, answered there. */
  readonly foreignOperations?: readonly Operation[];
}

export interface Api {
  readonly routes: Router;
  /** Made when it is first asked for: it takes longer than all the rest of the API. */
  readonly document: () => OpenApiDocument;
}

export function createApi(parts: ApiParts): Api {
  const oauth = oauthOperations(parts);
  const known = [
    meOperation(),
    rolesOperation(parts.entitlements),
    ...credentialOperations(parts),
    ...personalTokenOperations(parts),
    awsConfigOperation(parts.awsSetup),
    ...administrationOperations(parts.administration),
    ...roleSetupOperations(parts.roleSetup),
  ];
  const { baseUrl, sessionCookie, foreignOperations = [] } = parts;
  let made: OpenApiDocument | undefined;
  const document = (): OpenApiDocument =>
    (made ??= openApiDocument([...oauth, ...known, ...foreignOperations, own], {
      baseUrl,
      sessionCookie: sessionCookie.name,
    }));
  const own = documentOperation(document);

  const routes = Router();
  routes.use(oauthRoutes(oauth, baseUrl, parts.log));
  addOperations(routes, [own]);
  routes.use('/api/v1', identifyCaller(parts));
  routes.use('/api/v1/admin', admitAdministrators(parts.administration));
  addOperations(routes, known);
  return { routes, document };
}

function documentOperation(document: () => OpenApiDocument): Operation {
  return {
    id: 'getDocument',
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This document',
    access: 'anybody',
    answer: {
      status: 200,
      description: 'OpenAPI 3.1.',
      contents: [{ mediaType: 'application/json', schema: z.looseObject({ openapi: z.literal('3.1.0') }) }],
    },
    errors: [],
    handlers: [
      (_request, response) => {
        response.json(document());
      },
    ],
  };
}
