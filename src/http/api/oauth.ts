/** `/api/oauth`: access tokens of applications (RFC 6749 section 5.1), their introspection (RFC 7662), their end (RFC 7009). */
import { Router } from 'express';
import { apiOf } from '../../broker/applications/decide-grant.ts';
import type { Applications } from '../../broker/applications/create-applications.ts';
import type { ResumedToken } from '../../broker/resume-token.ts';
import { principalId } from '../../core/principal.ts';
import { scopeOfRoles } from '../../core/token-scope.ts';
import { readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { RequestLog } from '../request-log.ts';
import { oauthErrors } from './oauth-errors.ts';
import { oauthMetadata } from './oauth-metadata.ts';
import { ACCESS_TOKEN_TYPE, readTokenRequest, required } from './token-request.ts';
import { readShownProof } from './shown-proof.ts';

/** Two tokens of the usual length, and what is around them. */
const FORM_LIMIT = '48kb';

export interface OAuthRoutes extends Pick<Applications, 'issueAccessToken' | 'ownAccessTokens'> {
  readonly baseUrl: string;
}

export function oauthRoutes(routes: OAuthRoutes, log: RequestLog): Router {
  const { issueAccessToken, ownAccessTokens, baseUrl } = routes;
  const router = Router();
  onlyMethods(router, '/.well-known/oauth-authorization-server', {
    get: (_request, response) => response.json(oauthMetadata(baseUrl)),
  });
  onlyMethods(router, '/api/oauth/token', {
    post: [
      readForm(FORM_LIMIT),
      async (request, response) => {
        const asked = readTokenRequest(request);
        const issued = await issueAccessToken(asked, contextOf(response).origin);
        response.json({
          access_token: issued.accessToken,
          ...(asked.subjectToken === undefined ? {} : { issued_token_type: ACCESS_TOKEN_TYPE }),
          token_type: 'Bearer',
          expires_in: issued.expiresInSeconds,
          ...(issued.roles === undefined ? {} : { scope: scopeOfRoles(issued.roles) }),
        });
      },
    ],
  });
  onlyMethods(router, '/api/oauth/introspect', {
    post: [
      readForm(FORM_LIMIT),
      async (request, response) => {
        const asked = { shown: readShownProof(request), token: required(request, 'token') };
        const found = await ownAccessTokens.introspect(asked, contextOf(response).origin);
        response.json(found === undefined ? { active: false } : introspectionOf(found, baseUrl));
      },
    ],
  });
  onlyMethods(router, '/api/oauth/revoke', {
    post: [
      readForm(FORM_LIMIT),
      async (request, response) => {
        const asked = { shown: readShownProof(request), token: required(request, 'token') };
        await ownAccessTokens.revoke(asked, contextOf(response).origin);
        response.end();
      },
    ],
  });
  router.use('/api/oauth', oauthErrors(log));
  return router;
}

function introspectionOf({ authorization, principal }: ResumedToken, baseUrl: string): object {
  const { applicationId = '', facts, createdAt, expiresAt } = authorization;
  const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);
  return {
    active: true,
    token_type: 'Bearer',
    iss: baseUrl,
    aud: apiOf(baseUrl),
    sub: principalId(principal),
    client_id: applicationId,
    ...(principal.kind === 'user' ? { act: { sub: `application:${applicationId}` } } : {}),
    ...(facts.roles === undefined ? {} : { scope: scopeOfRoles(facts.roles) }),
    iat: seconds(createdAt),
    exp: seconds(expiresAt),
  };
}
