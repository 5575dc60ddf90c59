/** `POST /api/oauth/token`: client credentials for an opaque access token (RFC 6749 sections 2.3.1, 4.4, 5). */
import { Router, type NextFunction, type Request, type Response } from 'express';
import type { ApplicationAccess } from '../../broker/application-access.ts';
import { BrokerError } from '../../core/errors.ts';
import { asBrokerError, statusOf } from '../errors.ts';
import { readField, readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { RequestLog } from '../request-log.ts';

export function tokenRoutes(applications: ApplicationAccess, log: RequestLog): Router {
  const router = Router();
  onlyMethods(router, '/api/oauth/token', {
    post: [
      readForm(),
      async (request, response) => {
        const grantType = readField(request, 'grant_type');
        if (grantType !== 'client_credentials') {
          const error = grantType === undefined ? 'invalid_request' : 'unsupported_grant_type';
          response.status(400).json({ error, error_description: 'Send grant_type=client_credentials.' });
          return;
        }
        const client = clientOf(request);
        const { accessToken, expiresInSeconds } = await applications.issueToken(
          client,
          contextOf(response).origin,
        );
        response.json({ access_token: accessToken, token_type: 'Bearer', expires_in: expiresInSeconds });
      },
    ],
  });
  router.use('/api/oauth', oauthErrors(log));
  return router;
}

/** By the Authorization header or by the form, never by both. */
function clientOf(request: Request): { id: string; secret: string } {
  const { authorization } = request.headers;
  const inForm = { id: readField(request, 'client_id'), secret: readField(request, 'client_secret') };
  if (authorization !== undefined) {
    if (inForm.secret !== undefined)
      throw new BrokerError('request.malformed', { detail: 'two client authentications' });
    const client = basicCredentials(authorization);
    if (inForm.id !== undefined && inForm.id !== client.id)
      throw new BrokerError('request.malformed', { detail: 'two client ids' });
    return client;
  }
  if (inForm.id === undefined || inForm.secret === undefined) throw new BrokerError('client.invalid');
  return { id: inForm.id, secret: inForm.secret };
}

function basicCredentials(authorization: string): { id: string; secret: string } {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,4096})$/i.exec(authorization) ?? [];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new BrokerError('client.invalid');
  try {
    return { id: decodeForm(text.slice(0, colon)), secret: decodeForm(text.slice(colon + 1)) };
  } catch {
    throw new BrokerError('client.invalid', { detail: 'not form-encoded' });
  }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** RFC 6749 section 5.2 in place of problem details. */
function oauthErrors(log: RequestLog) {
  return (thrown: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const error = asBrokerError(thrown);
    log.refused(response, error);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const status = statusOf(error);
    if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="daypass"');
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    response.status(status).json({ error: oauthCode(error, status), error_description: error.text });
  };
}

function oauthCode(error: BrokerError, status: number): string {
  if (error.code === 'client.invalid') return 'invalid_client';
  if (status < 500 && status !== 429) return 'invalid_request';
  return status === 500 ? 'server_error' : 'temporarily_unavailable';
}
