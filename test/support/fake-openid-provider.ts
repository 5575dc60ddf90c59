/**
 * An OpenID provider over HTTP that can be told to lie. It answers like an honest one unless a recipe says
 * otherwise. Tokens are made with `jose`, or by hand where jose refuses to make what an attacker would.
 */
import { createHash, randomBytes, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  SignJWT,
  exportJWK,
  generateKeyPair,
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';
import { close, listen } from './connector-door.ts';
import { rsaKeyPair } from './rsa-key-pairs.ts';

export interface TokenKey {
  readonly privateKey: CryptoKey | KeyObject;
  readonly publicJwk: JWK;
  readonly alg: string;
}

export interface TokenRecipe {
  /** Changes the honest claims; undefined takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: TokenKey;
  /** Replaces the whole token. */
  readonly token?: (honest: { header: object; claims: object; jwt: string }) => string | Promise<string>;
  /** Changes the token endpoint's JSON; undefined takes a member away. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** Answers the token request instead of the provider. */
  readonly handle?: (response: ServerResponse) => void;
}

export interface UserinfoRecipe {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly handle?: (response: ServerResponse) => void;
}

interface AuthorizationRequest {
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly challenge: string;
}

export interface TokenRequest {
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

export interface FakeOpenIdProvider {
  readonly issuer: string;
  key(): TokenKey;
  /** A new signing key, published at once unless told otherwise. */
  rotate(options?: { readonly publish?: boolean }): Promise<void>;
  /** Changes the discovery document; undefined takes a member away. */
  discovery: Readonly<Record<string, unknown>>;
  /** Replaces the key set. */
  keySet: object | undefined;
  readonly tokenRequests: TokenRequest[];
  /** Every answer of the token endpoint that held tokens. */
  readonly handedOut: Readonly<Record<string, unknown>>[];
  readonly reads: { discovery: number; keys: number; other: string[] };
  /** Answers a request by its path instead of the provider, where there is one for it. */
  readonly handlers: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  /** Approves: what the browser brings back, for a token made by this recipe. */
  approve(redirect: URL, recipe?: TokenRecipe): URLSearchParams;
  /** Another recipe for a code that was handed out already. */
  amend(answer: URLSearchParams, recipe: TokenRecipe): void;
  /** What a refresh token is answered with, by its value; a refusal is told by `answer` and `handle`. */
  readonly refreshes: Map<string, TokenRecipe>;
  /** What the userinfo endpoint answers with, beside the honest `sub`; undefined while it has none. */
  userinfo: UserinfoRecipe | undefined;
  readonly userinfoRequests: { readonly authorization: string | undefined }[];
  /** A token of the provider's, by its present key. */
  sign(claims: object, header?: object, key?: TokenKey): Promise<string>;
  close(): Promise<void>;
}

export async function createTokenKey(alg = 'RS256', kid = randomBytes(8).toString('hex')): Promise<TokenKey> {
  const isRsa = /^[RP]S/.test(alg);
  const { privateKey, publicKey } = isRsa ? rsaKeyPair() : await generateKeyPair(alg, { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }, alg };
}

function readAuthorizationRequest(url: URL): AuthorizationRequest {
  const parameter = (name: string): string => url.searchParams.get(name) ?? '';
  return {
    url,
    state: parameter('state'),
    nonce: parameter('nonce'),
    challenge: parameter('code_challenge'),
  };
}

interface Approval {
  readonly request: AuthorizationRequest;
  readonly recipe: TokenRecipe;
}

export async function startFakeOpenIdProvider(alg = 'RS256'): Promise<FakeOpenIdProvider> {
  let key = await createTokenKey(alg);
  let published: JWK[] = [key.publicJwk];
  const approvals = new Map<string, Approval>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const issuer = await listen(server);

  const provider: FakeOpenIdProvider = {
    issuer,
    key: () => key,
    rotate: async ({ publish = true } = {}) => {
      key = await createTokenKey(alg);
      if (publish) published = [...published, key.publicJwk];
    },
    discovery: {},
    keySet: undefined,
    tokenRequests: [],
    handedOut: [],
    reads: { discovery: 0, keys: 0, other: [] },
    handlers: new Map(),
    approve: (redirect, recipe = {}) => {
      const request = readAuthorizationRequest(redirect);
      const code = randomBytes(16).toString('hex');
      approvals.set(code, { request, recipe });
      return new URLSearchParams({ code, state: request.state, iss: issuer });
    },
    amend: (answer, recipe) => {
      const code = answer.get('code') ?? '';
      const approval = approvals.get(code);
      if (approval === undefined) throw new Error('no such code');
      approvals.set(code, { ...approval, recipe });
    },
    refreshes: new Map(),
    userinfo: undefined,
    userinfoRequests: [],
    sign: (claims, header = {}, by = key) => signToken({ typ: 'JWT', ...header }, claims, by),
    close: async () => close(server),
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const instead = provider.handlers.get(path);
    if (instead !== undefined) {
      instead(request, response);
    } else if (request.url === '/.well-known/openid-configuration') {
      provider.reads.discovery += 1;
      sendJson(response, 200, { ...discoveryDocument(issuer), ...provider.discovery });
    } else if (request.url === '/keys') {
      provider.reads.keys += 1;
      sendJson(response, 200, provider.keySet ?? { keys: published });
    } else if (request.url === '/userinfo' && provider.userinfo !== undefined) {
      provider.userinfoRequests.push({ authorization: request.headers.authorization });
      const { handle: answerItself, claims } = provider.userinfo;
      if (answerItself === undefined) sendJson(response, 200, { sub: 'ann', ...claims });
      else answerItself(response);
    } else if (request.url === '/token') {
      await answerTokenRequest(request, response);
    } else {
      provider.reads.other.push(request.url ?? '');
      sendJson(response, 404, {});
    }
  }

  async function answerTokenRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await readBody(request));
    provider.tokenRequests.push({ form, authorization: request.headers.authorization });
    if (form.get('grant_type') === 'refresh_token') {
      await answerRefresh(form.get('refresh_token') ?? '', response);
      return;
    }
    const code = form.get('code') ?? '';
    const approval = approvals.get(code);
    approvals.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (approval?.request.challenge !== challenge) {
      sendJson(response, 400, { error: 'invalid_grant' });
    } else if (approval.recipe.handle) {
      approval.recipe.handle(response);
    } else {
      const answer = await tokenAnswer(issuer, approval, approval.recipe.key ?? key);
      provider.handedOut.push(answer);
      sendJson(response, 200, answer);
    }
  }

  async function answerRefresh(refreshToken: string, response: ServerResponse): Promise<void> {
    const recipe = provider.refreshes.get(refreshToken);
    if (recipe === undefined) {
      sendJson(response, 400, { error: 'invalid_grant' });
    } else if (recipe.handle) {
      recipe.handle(response);
    } else {
      const request = readAuthorizationRequest(new URL(`${issuer}/authorize?client_id=daypass`));
      const answer = await tokenAnswer(issuer, { request, recipe }, recipe.key ?? key);
      provider.handedOut.push(answer);
      sendJson(response, 200, answer);
    }
  }

  return provider;
}

function discoveryDocument(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
}

async function tokenAnswer(
  issuer: string,
  { request, recipe }: Approval,
  key: TokenKey,
): Promise<Record<string, unknown>> {
  const accessToken = randomBytes(16).toString('hex');
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: issuer,
    aud: request.url.searchParams.get('client_id'),
    sub: 'ann',
    iat: now,
    exp: now + 300,
    auth_time: now - 60,
    nonce: request.nonce === '' ? undefined : request.nonce,
    at_hash: accessTokenHash(accessToken, key.alg),
    name: 'Ann Example',
    email: 'ann@example.com',
    groups: ['engineers', 'aws-admins-readonly'],
    ...recipe.claims,
  };
  const header = { alg: key.alg, kid: key.publicJwk.kid, typ: 'JWT', ...recipe.header };
  const jwt = await signToken(header, claims, key);
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: 300,
    id_token: (await recipe.token?.({ header, claims, jwt })) ?? jwt,
    ...recipe.answer,
  };
}

async function signToken(header: object, claims: object, key: TokenKey): Promise<string> {
  const full = { alg: key.alg, kid: key.publicJwk.kid, ...header };
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader(withoutUndefined(full) as JWTHeaderParameters)
    .sign(key.privateKey);
}

function accessTokenHash(accessToken: string, alg: string): string {
  const digest = createHash(alg === 'EdDSA' ? 'sha512' : `sha${alg.slice(-3)}`)
    .update(accessToken)
    .digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

/** The three parts, whatever is in them. */
export function compact(header: object, claims: object, signature: Uint8Array | string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${Buffer.from(signature).toString('base64url')}`;
}

function withoutUndefined<Header extends object>(header: Header): Header {
  return JSON.parse(JSON.stringify(header)) as Header;
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
