/**
 * A second yardstick: the two requests of a sign-in as the libraries' own documentation has them, in bare Express.
 * node-saml signs its request and validates the answer, openid-client does the code grant with its signature checks on;
 * what has to be kept between the requests, the session and one record are rows in SQLite, each commit durable. No
 * further check, header, limit, page or log.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { SAML, ValidateInResponseTo } from '@node-saml/passport-saml';
import express, { type Request, type Response } from 'express';
import * as client from 'openid-client';

interface Given {
  readonly baseUrl: string;
  readonly port: number;
  readonly database: string;
  readonly saml: {
    readonly issuer: string;
    readonly entryPoint: string;
    readonly idpCert: string;
    readonly privateKey: string;
  };
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string };
}

const given = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Given;

const database = new DatabaseSync(given.database);
database.exec(`pragma journal_mode = wal; pragma synchronous = full;
  create table flows (id text primary key, value text not null);
  create table sessions (id text primary key, identity text not null);
  create table records (at integer not null, text text not null)`);
const addFlow = database.prepare('insert into flows values (?, ?)');
const findFlow = database.prepare('select value from flows where id = ?');
const endFlow = database.prepare('delete from flows where id = ?');
const addSession = database.prepare('insert into sessions values (?, ?)');
const addRecord = database.prepare('insert into records values (?, ?)');

const keep = (id: string, value: unknown): void => void addFlow.run(id, JSON.stringify(value));
function kept(id: string): unknown {
  const row = findFlow.get(id) as { readonly value: string } | undefined;
  return row === undefined ? null : JSON.parse(row.value);
}

function signedIn(response: Response, flowId: string, identity: unknown): void {
  const cookie = randomBytes(32).toString('base64url');
  database.exec('begin immediate');
  endFlow.run(flowId);
  addSession.run(createHash('sha256').update(cookie).digest('hex'), JSON.stringify(identity));
  addRecord.run(Date.now(), 'signed in');
  database.exec('commit');
  response.cookie('daypass-session', cookie, { httpOnly: true, sameSite: 'lax' });
  response.redirect(303, '/');
}

const saml = new SAML({
  ...given.saml,
  audience: given.saml.issuer,
  callbackUrl: `${given.baseUrl}/saml/saml/acs`,
  signatureAlgorithm: 'sha256',
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: false,
  validateInResponseTo: ValidateInResponseTo.always,
  cacheProvider: {
    saveAsync(id, value) {
      keep(id, value);
      return Promise.resolve(null);
    },
    getAsync: (id) => Promise.resolve(kept(id) as string | null),
    // With the session, in one commit.
    removeAsync: () => Promise.resolve(null),
  },
});

async function leaveBySaml(_request: Request, response: Response): Promise<void> {
  response.redirect(
    302,
    await saml.getAuthorizeUrlAsync(randomBytes(32).toString('base64url'), undefined, {}),
  );
}

async function comeBackBySaml(request: Request, response: Response): Promise<void> {
  const { profile } = await saml.validatePostResponseAsync(request.body as Record<string, string>);
  if (profile === null) throw new Error('nobody');
  signedIn(response, profile['inResponseTo'] as string, profile);
}

/** Plain http, on loopback: the library marks the function as deprecated so that its uses stand out. */
const allowPlainHttp = Reflect.get<typeof client, 'allowInsecureRequests'>(client, 'allowInsecureRequests');
const configuration = await client.discovery(
  new URL(given.oidc.issuer),
  given.oidc.clientId,
  undefined,
  client.ClientSecretBasic(given.oidc.clientSecret),
  { execute: [allowPlainHttp, client.enableNonRepudiationChecks] },
);

interface OpenIdFlow {
  readonly nonce: string;
  readonly codeVerifier: string;
}

async function leaveByOpenId(_request: Request, response: Response): Promise<void> {
  const state = client.randomState();
  const flow: OpenIdFlow = { nonce: client.randomNonce(), codeVerifier: client.randomPKCECodeVerifier() };
  keep(state, flow);
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${given.baseUrl}/oidc/oidc/callback`,
    scope: 'openid email profile',
    state,
    nonce: flow.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(flow.codeVerifier),
    code_challenge_method: 'S256',
  });
  response.cookie('flow', state, { httpOnly: true, sameSite: 'lax' });
  response.redirect(302, url.href);
}

async function comeBackByOpenId(request: Request, response: Response): Promise<void> {
  const state = /flow=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const flow = kept(state) as OpenIdFlow | null;
  if (flow === null) throw new Error('no such flow');
  const tokens = await client.authorizationCodeGrant(configuration, new URL(request.url, given.baseUrl), {
    expectedState: state,
    expectedNonce: flow.nonce,
    pkceCodeVerifier: flow.codeVerifier,
    idTokenExpected: true,
  });
  signedIn(response, state, tokens.claims());
}

const app = express();
app.disable('x-powered-by');
app.get('/sign-in/saml', leaveBySaml);
app.post('/saml/saml/acs', express.urlencoded({ extended: false }), comeBackBySaml);
app.get('/sign-in/oidc', leaveByOpenId);
app.get('/oidc/oidc/callback', comeBackByOpenId);
app.listen(given.port, '127.0.0.1', () => process.stdout.write('ready\n'));
