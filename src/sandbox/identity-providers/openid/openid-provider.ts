/**
 * The sandbox's OpenID provider: discovery, keys, code flow with PKCE, refresh tokens, userinfo, end of session. Nobody signs
 * in with a password: a page asks who one wants to be. Written on jose alone, so that a mistake in the
 * broker's OpenID library cannot hide in its peer.
 */
import { Router, type Request, type Response } from 'express';
import { queryOf, formOf, type Pages } from '../../pages.ts';
import { findPerson, PEOPLE } from '../people.ts';
import { isBelow } from '../return-address.ts';
import { cameWithSecondFactor, SECOND_FACTOR, SECOND_FACTOR_FIELD } from '../second-factor.ts';
import type { OpenIdKey } from '../signing-keys.ts';
import {
  readAuthorizationRequest,
  type AuthorizationRefusal,
  type AuthorizationRequest,
} from './authorization-request.ts';
import { isAuthentic, readClientCredentials, type OpenIdClient } from './clients.ts';
import { discoveryDocument } from './discovery.ts';
import { ACCESS_TOKEN_SECONDS, Grants, type IssuedTokens } from './grants.ts';
import { claimsOf, mintIdToken } from './tokens.ts';

interface OpenIdProviderOptions {
  /** `{identity providers' URL}/oidc`. */
  readonly issuer: string;
  readonly brokerUrl: string;
  /** Where a sign-in may lead at last: Chromium holds the page's `form-action` against every redirect. */
  readonly formTargets: readonly string[];
  readonly clients: readonly OpenIdClient[];
  readonly key: OpenIdKey;
  readonly pages: Pages;
  readonly now: () => Date;
}

type Provider = OpenIdProviderOptions & { readonly grants: Grants };

/** To be mounted at the issuer's path. */
export function createOpenIdProvider(options: OpenIdProviderOptions): Router {
  const provider: Provider = { ...options, grants: new Grants(options.now) };
  const router = Router();
  router.get('/.well-known/openid-configuration', (_request, response) => {
    response.json(discoveryDocument(options.issuer));
  });
  router.get('/jwks', (_request, response) => {
    response.json({ keys: [options.key.publicJwk] });
  });
  router.get('/authorize', (request, response) => askWho(provider, queryOf(request), response));
  router.post('/authorize', (request, response) => askWho(provider, formOf(request), response));
  router.post('/authorize/choice', (request, response) => takeChoice(provider, request, response));
  router.post('/token', (request, response) => answerTokenRequest(provider, request, response));
  router.all('/userinfo', (request, response) => {
    tellUserInfo(provider, request, response);
  });
  router.get('/end-session', (request, response) => endSession(provider, queryOf(request), response));
  router.post('/end-session', (request, response) => endSession(provider, formOf(request), response));
  return router;
}

async function askWho(provider: Provider, params: URLSearchParams, response: Response): Promise<void> {
  const request = readAuthorizationRequest(params, provider);
  if ('error' in request) return answerRefusal(provider, request, response);
  await provider.pages.render(
    response,
    'choose-person',
    {
      provider: 'OpenID Connect',
      service: new URL(request.redirectUri).origin,
      action: `${new URL(provider.issuer).pathname}/authorize/choice`,
      // Checked again when it comes back: the page is not trusted to have kept it.
      fields: { request: params.toString() },
      people: PEOPLE,
      secondFactor: {
        field: SECOND_FACTOR_FIELD,
        isAskedFor: request.acrValues.includes(SECOND_FACTOR),
      },
    },
    { formTargets: provider.formTargets },
  );
}

async function takeChoice(provider: Provider, incoming: Request, response: Response): Promise<void> {
  const form = formOf(incoming);
  const request = readAuthorizationRequest(new URLSearchParams(form.get('request') ?? ''), provider);
  if ('error' in request) return answerRefusal(provider, request, response);
  if (form.get('person') === '') {
    const returnTo = { redirectUri: request.redirectUri, state: request.state };
    return answerRefusal(
      provider,
      { error: 'access_denied', description: 'The visitor chose nobody.', returnTo },
      response,
    );
  }
  const person = findPerson(form.get('person'));
  if (person === undefined) return provider.pages.refuse(response, 400, 'There is nobody of that name here.');
  const { client, scopes, nonce } = request;
  const code = provider.grants.newCode(
    {
      person,
      clientId: client.id,
      scopes,
      nonce,
      authenticatedAt: provider.now(),
      secondFactor: cameWithSecondFactor(form),
    },
    request.redirectUri,
    request.codeChallenge,
  );
  sendBack(provider, request, { code }, response);
}

function answerRefusal(
  provider: Provider,
  { error, description, returnTo }: AuthorizationRefusal,
  response: Response,
): Promise<void> | void {
  if (returnTo === undefined) return provider.pages.refuse(response, 400, `${error}: ${description}.`);
  sendBack(provider, returnTo, { error, error_description: description }, response);
}

/** Always with `iss`, so that a client of several providers knows whose answer it is (RFC 9207). */
function sendBack(
  provider: Provider,
  to: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
  answer: Readonly<Record<string, string>>,
  response: Response,
): void {
  const url = new URL(to.redirectUri);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  if (to.state !== undefined) url.searchParams.set('state', to.state);
  url.searchParams.set('iss', provider.issuer);
  response.set('Cache-Control', 'no-store').redirect(303, url.href);
}

async function answerTokenRequest(provider: Provider, request: Request, response: Response): Promise<void> {
  response.set('Cache-Control', 'no-store');
  const form = formOf(request);
  const shown = readClientCredentials(request.get('authorization'), form);
  const client = provider.clients.find(({ id }) => id === shown?.id);
  if (shown === undefined || client === undefined || !isAuthentic(client, shown)) {
    response.set('WWW-Authenticate', 'Basic realm="sandbox"');
    response.status(401).json({ error: 'invalid_client' });
    return;
  }
  const grantType = form.get('grant_type');
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    response.status(400).json({ error: 'unsupported_grant_type' });
    return;
  }
  const issued =
    grantType === 'refresh_token'
      ? provider.grants.refresh(form.get('refresh_token') ?? '', client.id)
      : redeemCode(provider, client, form);
  if (issued === undefined) response.status(400).json({ error: 'invalid_grant' });
  else response.json(await tokenAnswer(provider, issued));
}

function redeemCode(
  provider: Provider,
  client: OpenIdClient,
  form: URLSearchParams,
): IssuedTokens | undefined {
  return provider.grants.redeem(form.get('code') ?? '', {
    clientId: client.id,
    redirectUri: form.get('redirect_uri'),
    codeVerifier: form.get('code_verifier'),
  });
}

async function tokenAnswer(
  provider: Provider,
  { grant, accessToken, refreshToken }: IssuedTokens,
): Promise<object> {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
    scope: [...grant.scopes].join(' '),
    id_token: await mintIdToken(grant, accessToken, { ...provider, now: provider.now() }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
}

function tellUserInfo(provider: Provider, request: Request, response: Response): void {
  const token = /^Bearer ([\w-]{1,128})$/i.exec(request.get('authorization') ?? '')?.[1];
  const grant = token === undefined ? undefined : provider.grants.grantOf(token);
  response.set('Cache-Control', 'no-store');
  if (grant === undefined) {
    response.set('WWW-Authenticate', 'Bearer error="invalid_token"').status(401).end();
    return;
  }
  response.json(claimsOf(grant.person, grant.scopes));
}

/** Nobody stays signed in here, so there is nothing to end but the visit (OpenID Connect RP-Initiated Logout). */
async function endSession(provider: Provider, params: URLSearchParams, response: Response): Promise<void> {
  const target = params.get('post_logout_redirect_uri');
  if (target === null || !isBelow(provider.brokerUrl, target)) {
    return provider.pages.render(response, 'signed-out', { returnTo: provider.brokerUrl });
  }
  const url = new URL(target);
  const state = params.get('state');
  if (state !== null) url.searchParams.set('state', state);
  response.redirect(303, url.href);
}
