/** A broker whose applications prove themselves in every way there is, with an issuer of workload tokens. */
import { randomUUID } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import type { Application } from '../../src/core/application-schema.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { ApiClient } from './api-client.ts';
import {
  createTokenKey,
  startFakeOpenIdProvider,
  type FakeOpenIdProvider,
  type TokenKey,
} from './fake-openid-provider.ts';
import { startTestBroker, type AccessFile, type TestBroker } from './start-test-broker.ts';

export const SECRETS = ['first-secret-of-the-tests', 'second-secret-of-the-tests'] as const;
export const ROLES = ['production-readonly', 'development-data-analyst'] as const;
/** `acting` may use only the first of the roles for people of `op`. */
export const ACTING = { client_id: 'acting', client_secret: 'secret-of-acting' };
export const SUBJECT = 'system:serviceaccount:reports:reporter';

export interface OAuthWorld {
  readonly broker: TestBroker;
  readonly issuer: FakeOpenIdProvider;
  /** Of the application `by-key`. */
  readonly key: TokenKey;
  pass(seconds: number): void;
  ask(fields: Fields, headers?: Fields, path?: string): Promise<OAuthAnswer>;
  /** A client assertion of `by-key`; undefined takes a claim away. */
  assertion(claims?: object, options?: AssertionOptions): Promise<string>;
  byAssertion(assertion: string, more?: Fields): Promise<OAuthAnswer>;
  workloadToken(claims?: object, key?: TokenKey): Promise<string>;
  byWorkload(assertion: string, more?: Fields): Promise<OAuthAnswer>;
  /** The API by the token of an answer. */
  api(answer: OAuthAnswer): ApiClient;
  /** Changes an application as another node would. */
  change(id: string, change: (application: Application) => Application | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface AssertionOptions {
  readonly header?: object;
  readonly key?: TokenKey;
}

export type Fields = Readonly<Record<string, string>>;

export interface OAuthAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export const CLIENT_CREDENTIALS = { grant_type: 'client_credentials' };
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export interface OAuthWorldOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly applications?: NonNullable<AccessFile['applications']>;
}

export async function startOAuthWorld(options: OAuthWorldOptions = {}): Promise<OAuthWorld> {
  const [issuer, key] = await Promise.all([startFakeOpenIdProvider(), createTokenKey('ES256', 'first')]);
  let offset = 0;
  const now = (): number => Math.floor((Date.now() + offset) / 1_000);
  const applications = [
    { id: 'by-secret', name: 'By secret', secretHashes: SECRETS.map((each) => `sha256:${sha256Hex(each)}`) },
    { id: 'by-key', name: 'By key', keys: [publicPart(key)] },
    {
      id: 'by-workload',
      name: 'By workload',
      workloads: [{ issuer: issuer.issuer, conditions: { sub: [SUBJECT], environment: ['prod'] } }],
    },
    {
      id: ACTING.client_id,
      name: 'Acting',
      secretHashes: [`sha256:${sha256Hex(ACTING.client_secret)}`],
      onBehalfOf: [
        { connector: 'op', audiences: ['portal', 'portal-api'] },
        { connector: 'op', audiences: ['report'], roles: [ROLES[0]] },
        { connector: 'sandbox-oidc', audiences: ['daypass'] },
      ],
    },
    ...(options.applications ?? []),
  ] as NonNullable<AccessFile['applications']>;
  const broker = await startTestBroker({
    clock: { now: () => new Date(Date.now() + offset) },
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    access: (sandbox) => ({
      ...sandbox,
      connectors: [
        ...(sandbox.connectors ?? []),
        { kind: 'oidc', id: 'op', label: 'The OP', issuer: issuer.issuer, clientId: 'daypass' },
        {
          kind: 'oidc',
          id: 'other',
          label: 'Another',
          issuer: 'http://other.localhost',
          clientId: 'daypass',
        },
      ],
      applications,
      mappings: [
        ...(sandbox.mappings ?? []).filter(({ applications: ofSandbox }) => ofSandbox === undefined),
        { id: 'applications', applications: applications.map(({ id }) => id), roles: { ids: [...ROLES] } },
        { id: 'people', connector: 'op', groups: ['engineers'], roles: { ids: [...ROLES] } },
      ],
    }),
  });

  const ask: OAuthWorld['ask'] = async (fields, headers = {}, path = '/api/oauth/token') => {
    const answer = await fetch(broker.baseUrl + path, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? {} : (JSON.parse(text) as object as OAuthAnswer['body']),
    };
  };

  return {
    broker,
    issuer,
    key,
    pass: (seconds) => {
      offset += seconds * 1_000;
    },
    ask,
    assertion(claims = {}, { header = {}, key: by = key } = {}) {
      const honest = {
        iss: 'by-key',
        sub: 'by-key',
        aud: broker.baseUrl,
        jti: randomUUID(),
        iat: now(),
        exp: now() + 60,
      };
      return new SignJWT(withoutUndefined({ ...honest, ...claims }))
        .setProtectedHeader({ alg: by.alg, kid: by.publicJwk.kid, ...header } as { alg: string })
        .sign(by.privateKey);
    },
    byAssertion: (assertion, more = {}) =>
      ask({
        ...CLIENT_CREDENTIALS,
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: assertion,
        ...more,
      }),
    workloadToken(claims = {}, by = issuer.key()) {
      const honest = {
        iss: issuer.issuer,
        sub: SUBJECT,
        aud: [broker.baseUrl],
        iat: now(),
        exp: now() + 600,
      };
      return issuer.sign(
        withoutUndefined({ ...honest, environment: 'prod', ...claims }),
        { typ: undefined },
        by,
      );
    },
    byWorkload: (assertion, more = {}) => ask({ grant_type: JWT_BEARER, assertion, ...more }),
    api: ({ body }) =>
      new ApiClient(broker.baseUrl, { authorization: `Bearer ${String(body['access_token'])}` }),
    change: (id, change) =>
      broker.whileDown(async ({ catalogue }) => {
        const stored = await catalogue.load();
        if (stored === undefined) throw new Error('no catalogue');
        const changed = stored.catalogue.applications.flatMap((each) =>
          each.id === id ? (change(each) ?? []) : [each],
        );
        const kept = new Set(changed.map((each) => each.id));
        const mappings = stored.catalogue.mappings.map((mapping) => ({
          ...mapping,
          applications: mapping.applications.filter((each) => kept.has(each)),
        }));
        await catalogue.save({
          catalogue: { ...stored.catalogue, applications: changed, mappings },
          expectedVersion: stored.version,
          event: {
            name: 'catalogue.changed',
            at: new Date(),
            origin: { door: 'broker', requestId: 'test' },
            detail: {},
          },
        });
      }),
    close: async () => {
      await Promise.all([broker.close(), issuer.close()]);
    },
  };
}

/** As the catalogue has it. */
export function publicPart(key: TokenKey): Application['keys'][number] {
  return key.publicJwk as Application['keys'][number];
}

export function withoutUndefined(claims: object): JWTPayload {
  return JSON.parse(JSON.stringify(claims)) as JWTPayload;
}
