/**
 * Whoever the sandbox's accounts trust, played over HTTP: a SAML identity provider and an OpenID provider
 * with keys of their own, which sign what a test tells them to.
 */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWK, SignJWT } from 'jose';
import { samlMetadata, samlResponse, type SamlRecipe } from './fake-assertion.ts';
import { rsaKeyPair } from './rsa-key-pairs.ts';
import { type CertifiedKey, createCertifiedKey } from './self-signed-certificate.ts';

export type { SamlRecipe } from './fake-assertion.ts';

export interface TokenRecipe {
  readonly issuer?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly now?: Date;
  /** `RS256` where none is named; by the published key of that kind. */
  readonly algorithm?: string;
  /** In place of the `kid` of the key that signs; undefined leaves it out. */
  readonly keyId?: string | undefined;
  /** Signs with a key that is not published. */
  readonly foreignKey?: boolean;
}

export interface FakeFederation {
  readonly url: string;
  saml(recipe: SamlRecipe): string;
  token(recipe?: TokenRecipe): Promise<string>;
  /** What signs assertions at the moment. */
  samlKey(): CertifiedKey;
  /** What is published at the moment, of all kinds. */
  publishedKeys(): readonly JWK[];
  /** New keys from now on; the old ones are published no longer. */
  rotate(): Promise<void>;
  /** Replaces the answer at a path; undefined brings the honest one back. */
  serve(path: string, answer: ServedAnswer | undefined): void;
  reads(path: string): number;
  close(): Promise<void>;
}

interface ServedAnswer {
  readonly status?: number;
  readonly body?: string;
  readonly hang?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

interface TokenKey {
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

/** One for each kind of algorithm: `RS` has a key for all three, an elliptic curve is for one. */
type TokenKeys = ReadonlyMap<string, TokenKey>;

const CURVES = [
  ['ES256', 'P-256'],
  ['ES384', 'P-384'],
  ['ES512', 'P-521'],
] as const;

async function tokenKey(pair: { privateKey: KeyObject; publicKey: KeyObject }): Promise<TokenKey> {
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: randomBytes(4).toString('hex'), use: 'sig' };
  return { privateKey: pair.privateKey, jwk };
}

async function createTokenKeys(): Promise<TokenKeys> {
  const keys = new Map([['RS', await tokenKey(rsaKeyPair())]]);
  for (const [algorithm, namedCurve] of CURVES) {
    keys.set(algorithm, await tokenKey(generateKeyPairSync('ec', { namedCurve })));
  }
  return keys;
}

function keyFor(keys: TokenKeys, algorithm: string): TokenKey {
  const key = keys.get(algorithm) ?? keys.get('RS');
  if (key === undefined) throw new Error(`no key for ${algorithm}`);
  return key;
}

export async function startFakeFederation(): Promise<FakeFederation> {
  let certified = createCertifiedKey('fake broker');
  let tokenKeys = await createTokenKeys();
  const foreign = await createTokenKeys();
  const overrides = new Map<string, ServedAnswer>();
  const reads = new Map<string, number>();

  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    reads.set(path, (reads.get(path) ?? 0) + 1);
    const override = overrides.get(path);
    if (override?.hang === true) return;
    const body = override?.body ?? documentAt(path);
    response
      .writeHead(override?.status ?? (body === undefined ? 404 : 200), { ...override?.headers })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publishedKeys = (): readonly JWK[] => [...tokenKeys.values()].map(({ jwk }) => jwk);

  function documentAt(path: string): string | undefined {
    if (path === '/aws/saml/metadata') return samlMetadata({ [`${url}${path}`]: [certified] });
    const base = path.startsWith('/oidc/') ? `${url}/oidc` : `${url}/aws`;
    if (path.endsWith('/.well-known/openid-configuration')) return JSON.stringify(discovery(base));
    return path.endsWith('/jwks.json') ? JSON.stringify({ keys: publishedKeys() }) : undefined;
  }

  return {
    url,
    saml: (recipe) => samlResponse({ issuer: `${url}/aws/saml/metadata`, key: certified, ...recipe }),
    token: (recipe = {}) => {
      const { algorithm = 'RS256' } = recipe;
      const published = keyFor(tokenKeys, algorithm);
      const { privateKey } = recipe.foreignKey === true ? keyFor(foreign, algorithm) : published;
      const kid = 'keyId' in recipe ? recipe.keyId : published.jwk.kid;
      return new SignJWT(payloadOf(recipe, `${url}/aws`))
        .setProtectedHeader({ alg: algorithm, ...(kid === undefined ? {} : { kid }) })
        .sign(privateKey);
    },
    samlKey: () => certified,
    publishedKeys,
    rotate: async () => {
      certified = createCertifiedKey('fake broker, next');
      tokenKeys = await createTokenKeys();
    },
    serve: (path, answer) => {
      if (answer === undefined) overrides.delete(path);
      else overrides.set(path, answer);
    },
    reads: (path) => reads.get(path) ?? 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function payloadOf(
  { issuer, claims = {}, now = new Date() }: TokenRecipe,
  ownIssuer: string,
): Record<string, unknown> {
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    iss: issuer ?? ownIssuer,
    aud: 'sts.amazonaws.com',
    sub: 'erin',
    iat: seconds,
    exp: seconds + 300,
    ...claims,
  };
}

export function discovery(issuer: string): Record<string, unknown> {
  return {
    issuer,
    jwks_uri: `${issuer}/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
