/** `oidc-provider`, which was not written here, as the identity provider of a whole broker, on loopback. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { exportJWK } from 'jose';
import { Provider } from 'oidc-provider';
import { close, listen } from '../support/connector-door.ts';
import { createTokenKey } from '../support/fake-openid-provider.ts';

export const CLIENT_SECRET = 'a secret of the test, long enough for the peer';
export const MFA = 'urn:example:mfa';

/** What the person is at the provider just now. */
export interface PeerPerson {
  groups: string[];
  /** Whether the provider still gives refresh tokens something back. */
  active: boolean;
}

export interface Peer {
  readonly issuer: string;
  readonly person: PeerPerson;
  /** What each visitor was asked to prove: prompts, contexts, age. */
  readonly asked: Readonly<Record<string, unknown>>[];
  /** Signs with another key from now on; the old one goes. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

interface PeerClient {
  readonly id: string;
  readonly baseUrl: string;
  readonly connector: string;
}

export interface PendingPeer {
  readonly issuer: string;
  /** Starts to answer, once it is known where its clients are. */
  serve(clients: readonly PeerClient[]): Promise<Peer>;
}

/** Its address comes first, as a broker is told it. A lean one leaves a person's claims to its userinfo endpoint. */
export async function reservePeer({ lean }: { readonly lean: boolean }): Promise<PendingPeer> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => handle(request, response));
  const issuer = await listen(server);
  return {
    issuer,
    serve: async (clients) => {
      const person: PeerPerson = { groups: ['engineers', 'payments-leads'], active: true };
      const asked: Readonly<Record<string, unknown>>[] = [];
      const rotate = async (): Promise<void> => {
        handle = listenerOf(await openProvider({ issuer, clients, person, lean }), { person, asked });
      };
      await rotate();
      return { issuer, person, asked, rotate, close: () => close(server) };
    },
  };
}

async function openProvider({
  issuer,
  clients,
  person,
  lean,
}: {
  readonly issuer: string;
  readonly clients: readonly PeerClient[];
  readonly person: PeerPerson;
  readonly lean: boolean;
}): Promise<Provider> {
  const key = await createTokenKey('RS256');
  const { kid } = key.publicJwk;
  const provider: Provider = new Provider(issuer, {
    clients: clients.map(clientOf),
    jwks: { keys: [{ ...(await exportJWK(key.privateKey)), kid, use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a cookie key of the test'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: logoutPage },
      userinfo: { enabled: true },
    },
    // Its own way out refuses this machine's addresses, which is where the broker is in a test.
    fetch: (url: URL, { method, headers, body }: RequestInit) =>
      globalThis.fetch(url, { method: method ?? 'GET', headers: headers ?? {}, body: body ?? null }),
    acrValues: [MFA],
    ttl: {
      Interaction: 600,
      Grant: 3_600,
      Session: 3_600,
      AccessToken: 600,
      IdToken: 600,
      RefreshToken: 3_600,
    },
    interactions: { url: () => '/interaction' },
    scopes: ['openid', 'profile', 'email'],
    claims: {
      openid: ['sub', 'acr', 'amr'],
      profile: ['name', 'groups'],
      email: ['email'],
      acr: null,
      amr: null,
      auth_time: null,
    },
    issueRefreshToken: (_context: unknown, client: { readonly clientId: string }) =>
      client.clientId.endsWith('-refresh'),
    rotateRefreshToken: true,
    conformIdTokenClaims: lean,
    findAccount: (_context: unknown, id: string) => (person.active ? accountOf(id, person) : undefined),
    loadExistingGrant: async (context: {
      oidc: { client: { clientId: string }; session: { accountId: string } };
    }) => {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  return provider;
}

function clientOf({ id, baseUrl, connector }: PeerClient): object {
  return {
    client_id: id,
    client_secret: CLIENT_SECRET,
    redirect_uris: [`${baseUrl}/oidc/${connector}/callback`],
    post_logout_redirect_uris: [`${baseUrl}/signed-out`],
    backchannel_logout_uri: `${baseUrl}/oidc/${connector}/backchannel-logout`,
    backchannel_logout_session_required: true,
    response_types: ['code'],
    grant_types: ['authorization_code', ...(id.endsWith('-refresh') ? ['refresh_token'] : [])],
    token_endpoint_auth_method: 'client_secret_basic',
  };
}

function accountOf(id: string, person: PeerPerson): object {
  return {
    accountId: id,
    claims: () => ({ sub: id, name: 'Ann Example', email: 'ann@example.com', groups: person.groups }),
  };
}

function logoutPage(context: { body: unknown }, form: string): void {
  context.body = `<!doctype html>${form.replace('</form>', '<input type="hidden" name="logout" value="yes"></form>')}`;
}

/** Whoever comes is Ann, with as much proof as was asked for. */
function listenerOf(provider: Provider, { person, asked }: Pick<Peer, 'asked' | 'person'>): RequestListener {
  const callback = provider.callback();
  return (request, response) => {
    if (request.url !== '/interaction') {
      callback(request, response);
      return;
    }
    void finish(provider, request, response, asked).catch((error: unknown) => {
      response.writeHead(500).end(`${String(person.active)} ${String(error)}`);
    });
  };
}

async function finish(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  asked: Peer['asked'],
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  asked.push(params);
  const strong = params['acr_values'] === MFA;
  const login = { accountId: 'ann', ...(strong ? { acr: MFA, amr: ['pwd', 'otp'] } : { amr: ['pwd'] }) };
  await provider.interactionFinished(request, response, { login });
}
