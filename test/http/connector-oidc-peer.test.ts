import { createServer, type RequestListener } from 'node:http';
import { exportJWK } from 'jose';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorSchema } from '../../src/core/catalogue.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { close, listen, openConnectorDoor, type ConnectorDoor } from '../support/connector-door.ts';
import { createTokenKey } from '../support/fake-openid-provider.ts';

const SECRET = 'a secret of the test, long enough for the peer';

describe('an OpenID connector with a provider that was not written here', () => {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => handle(request, response));
  let door: ConnectorDoor;

  beforeAll(async () => {
    const issuer = await listen(server);
    const settings = connectorSchema.parse({
      kind: 'oidc',
      id: 'peer',
      label: 'Peer',
      issuer,
      clientId: 'daypass',
      clientSecretName: 'peer',
    });
    const create = (environment: Parameters<typeof createConnector>[1]): ReturnType<typeof createConnector> =>
      createConnector(settings, environment);
    door = await openConnectorDoor({ create, secrets: { peer: SECRET } });
    handle = await peer(issuer, `${door.baseUrl}/oidc/peer/callback`);
  });

  afterAll(async () => {
    await door.close();
    await close(server);
  });

  it('signs a person in', async () => {
    const callback = await walk(await door.start());
    expect(callback.origin + callback.pathname).toBe(`${door.baseUrl}/oidc/peer/callback`);
    expect(await door.callback(callback.searchParams)).toMatchObject({
      status: 200,
      subject: 'ann',
      displayName: 'Ann Example',
      email: 'ann@example.com',
      groups: ['engineers', 'payments-leads'],
    });
  });

  /** Follows the provider's redirects like a browser, with its cookies, until it sends us back. */
  async function walk(start: URL): Promise<URL> {
    const cookies = new Map<string, string>();
    let url = start;
    for (let hop = 0; hop < 10; hop += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const header of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
        cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`the peer stopped: ${answer.status} ${await answer.text()}`);
      url = new URL(location, url);
      if (url.origin === door.baseUrl) return url;
    }
    throw new Error('the peer goes round in circles');
  }
});

async function peer(issuer: string, redirectUri: string): Promise<RequestListener> {
  const key = await createTokenKey('RS256');
  const claims = { name: 'Ann Example', email: 'ann@example.com', groups: ['engineers', 'payments-leads'] };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'daypass',
        client_secret: SECRET,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(key.privateKey)), kid: 'peer', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a cookie key of the test'] },
    features: { devInteractions: { enabled: false } },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    interactions: { url: () => '/interaction' },
    claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...claims }),
    }),
    loadExistingGrant: async () => {
      const grant = new provider.Grant({ accountId: 'ann', clientId: 'daypass' });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  return (request, response) => {
    if (request.url === '/interaction') {
      void provider.interactionFinished(request, response, { login: { accountId: 'ann' } });
    } else {
      callback(request, response);
    }
  };
}
