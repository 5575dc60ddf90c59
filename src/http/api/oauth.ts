/** `/api/oauth`: access tokens of applications (RFC 6749 section 5.1), their introspection (RFC 7662), their end (RFC 7009). */
import { Router, type Request, type Response } from 'express';
import { apiOf } from '../../broker/applications/decide-grant.ts';
import type { Applications } from '../../broker/applications/create-applications.ts';
import type { ShownProof } from '../../broker/applications/shown-proof.ts';
import type { ResumedToken } from '../../broker/resume-token.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { principalId } from '../../core/principal.ts';
import { scopeOfRoles } from '../../core/token-scope.ts';
import { readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { addOperations, type Answer, type Content, type Operation } from '../operation.ts';
import { contextOf } from '../request-context.ts';
import type { RequestLog } from '../request-log.ts';
import { oauthErrors } from './oauth-errors.ts';
import { oauthMetadata } from './oauth-metadata.ts';
import {
  grantedSchema,
  introspectedSchema,
  oauthErrorSchema,
  shownSchema,
  tokenSchema,
} from './oauth-schemas.ts';
import { readShownProof } from './shown-proof.ts';
import { ACCESS_TOKEN_TYPE, readTokenRequest, required } from './token-request.ts';

/** Two tokens of the usual length, and what is around them. */
const FORM_LIMIT = '48kb';

export interface OAuthRoutes extends Pick<Applications, 'issueAccessToken' | 'ownAccessTokens'> {
  readonly baseUrl: string;
}

export function oauthRoutes(operations: readonly Operation[], baseUrl: string, log: RequestLog): Router {
  const router = Router();
  onlyMethods(router, '/.well-known/oauth-authorization-server', {
    get: (_request, response) => response.json(oauthMetadata(baseUrl)),
  });
  addOperations(router, operations);
  router.use('/api/oauth', oauthErrors(log));
  return router;
}

export function oauthOperations({ issueAccessToken, ownAccessTokens, baseUrl }: OAuthRoutes): Operation[] {
  const { token, introspection, revocation } = DOCUMENTED;
  return [
    formOperation(token, async (request, response) => {
      const asked = readTokenRequest(request);
      const issued = await issueAccessToken(asked, contextOf(response).origin);
      response.json({
        access_token: issued.accessToken,
        ...(asked.subjectToken === undefined ? {} : { issued_token_type: ACCESS_TOKEN_TYPE }),
        token_type: 'Bearer',
        expires_in: issued.expiresInSeconds,
        ...(issued.roles === undefined ? {} : { scope: scopeOfRoles(issued.roles) }),
      });
    }),
    formOperation(introspection, async (request, response) => {
      const found = await ownAccessTokens.introspect(shownToken(request), contextOf(response).origin);
      response.json(found === undefined ? { active: false } : introspectionOf(found, baseUrl));
    }),
    formOperation(revocation, async (request, response) => {
      await ownAccessTokens.revoke(shownToken(request), contextOf(response).origin);
      response.end();
    }),
  ];
}

type Documented = Pick<Operation, 'id' | 'path' | 'summary' | 'description' | 'body' | 'answer'> & {
  readonly errors?: readonly ErrorCode[];
};

const form = (schema: Content['schema'], example: object): Content => ({
  mediaType: 'application/x-www-form-urlencoded',
  schema,
  example,
});
const json = (description: string, schema: Content['schema']): Answer => ({
  status: 200,
  description,
  contents: [{ mediaType: 'application/json', schema }],
});

const DOCUMENTED = {
  token: {
    id: 'createAccessToken',
    path: '/api/oauth/token',
    summary: 'An access token for an application',
    description:
      'Client credentials (RFC 6749 section 4.4), a workload’s own token (RFC 7523), or a person’s ID token to act for them (RFC 8693).',
    body: form(tokenSchema, { grant_type: 'client_credentials' }),
    answer: json('The access token.', grantedSchema),
    errors: [
      'grant.not_allowed',
      'grant.unsupported',
      'subject_token.invalid',
      'scope.invalid',
      'target.invalid',
    ],
  },
  introspection: {
    id: 'introspectAccessToken',
    path: '/api/oauth/introspect',
    summary: 'What one of an application’s own access tokens is good for',
    body: form(shownSchema, { token: 'daypass_at_…' }),
    answer: json(
      '`active: false` for whatever is not the application’s or no longer lives.',
      introspectedSchema,
    ),
  },
  revocation: {
    id: 'revokeAccessToken',
    path: '/api/oauth/revoke',
    summary: 'The end of one of an application’s own access tokens',
    body: form(shownSchema, { token: 'daypass_at_…' }),
    answer: { status: 200, description: 'It is no longer good for anything, if it ever was.', contents: [] },
  },
} as const satisfies Record<string, Documented>;

function formOperation(
  documented: Documented,
  handle: (request: Request, response: Response) => Promise<void>,
): Operation {
  return {
    method: 'post',
    access: 'client',
    ...documented,
    errors: [
      'client.invalid',
      'request.too_many',
      'catalogue.invalid',
      'idp.unavailable',
      'idp.timeout',
      ...(documented.errors ?? []),
    ],
    errorContent: { mediaType: 'application/json', schema: oauthErrorSchema },
    handlers: [readForm(FORM_LIMIT), handle],
  };
}

function shownToken(request: Request): { readonly shown: ShownProof; readonly token: string } {
  return { shown: readShownProof(request), token: required(request, 'token') };
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
