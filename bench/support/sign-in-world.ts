/** A broker with a provider of each kind beside it, and the two requests of which a sign-in is made. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { stringify } from 'yaml';
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../../test/support/fake-openid-provider.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../../test/support/fake-saml-idp.ts';
import type { Place } from './place.ts';
import { SERVING, startProcess, type Started } from './processes.ts';
import { samlAnswer, type SamlProvider } from './saml-answers.ts';

export type Kind = 'saml' | 'oidc';

export const CLIENT_SECRET = 'bench-client-secret';

/** A process that signs people in. */
export interface Server {
  readonly baseUrl: string;
  readonly process: Started;
  readonly pool: Pool;
}

export interface SignInWorld {
  readonly place: Place;
  readonly broker: Server;
  /** The same libraries in bare Express. */
  readonly plain: Server;
  readonly saml: FakeSamlIdp;
  readonly oidc: FakeOpenIdProvider;
}

export async function openSignInWorld(place: Place): Promise<SignInWorld> {
  const [saml, oidc] = await Promise.all([startFakeSamlIdp(), startFakeOpenIdProvider()]);
  const [port, plainPort] = place.ports;
  const baseUrl = addressOf(port);
  const broker = startProcess([...SERVING, join(place.dist, 'main.js')], {
    env: {
      DAYPASS_CONFIG: writeSettings(place, { baseUrl, saml, oidc }),
      DAYPASS_DATA_DIR: join(place.directory, 'data'),
      DAYPASS_BENCH_SECRET: CLIENT_SECRET,
    },
  });
  const settings = writePlainSettings(place, { port: plainPort, saml, oidc });
  const plain = startProcess([...SERVING, join(place.dist, 'bench', 'plain-sign-in.js'), settings]);
  return { place, broker: server(port, await broker), plain: server(plainPort, await plain), saml, oidc };
}

export async function closeSignInWorld({ broker, plain, saml, oidc }: SignInWorld): Promise<void> {
  await Promise.all([broker.pool.destroy(), plain.pool.destroy()]);
  await Promise.all([broker.process.stop(), plain.process.stop(), saml.close(), oidc.close()]);
}

function server(port: number, process: Started): Server {
  return { baseUrl: addressOf(port), process, pool: new Pool(`http://127.0.0.1:${port}`) };
}

function addressOf(port: number): string {
  return `http://localhost:${port}`;
}

function writePlainSettings(
  { directory }: Place,
  { port, saml, oidc }: Pick<SignInWorld, 'saml' | 'oidc'> & { readonly port: number },
): string {
  const file = join(directory, 'plain.json');
  const baseUrl = addressOf(port);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const given = {
    baseUrl,
    port,
    database: join(directory, 'plain.db'),
    saml: {
      issuer: `${baseUrl}/saml/saml/metadata`,
      entryPoint: saml.ssoUrl,
      idpCert: saml.key().certificate,
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    },
    oidc: { issuer: oidc.issuer, clientId: 'bench', clientSecret: CLIENT_SECRET },
  };
  writeFileSync(file, JSON.stringify(given), { mode: 0o600 });
  return file;
}

function writeSettings(
  { directory, ports }: Place,
  { baseUrl, saml, oidc }: Pick<SignInWorld, 'saml' | 'oidc'> & { readonly baseUrl: string },
): string {
  const access = join(directory, 'access.yaml');
  const config = join(directory, 'daypass.yaml');
  const connectors = [
    { kind: 'saml', id: 'saml', label: 'SAML', metadataUrl: saml.metadataUrl },
    {
      kind: 'oidc',
      id: 'oidc',
      label: 'OpenID',
      issuer: oidc.issuer,
      clientId: 'bench',
      clientSecretName: 'bench',
    },
  ];
  writeFileSync(access, stringify({ connectors }));
  writeFileSync(
    config,
    stringify({
      baseUrl,
      listen: { host: '127.0.0.1', port: ports[0] },
      access,
      secrets: { bench: '${DAYPASS_BENCH_SECRET}' },
      // Every sign-in here comes from one address.
      rateLimits: { signIns: { burst: 1_000_000, perMinute: 1_000_000 } },
    }),
  );
  return config;
}

/** A browser that is at its provider. */
export interface Left {
  readonly redirect: URL;
  readonly cookie: string;
}

export async function leave({ pool, baseUrl }: Server, kind: Kind): Promise<Left> {
  const { host } = new URL(baseUrl);
  const start = await pool.request({ path: `/sign-in/${kind}`, method: 'GET', headers: { host } });
  await start.body.dump();
  return {
    redirect: new URL(String(start.headers['location'])),
    cookie: String(start.headers['set-cookie']).split(';', 1)[0] ?? '',
  };
}

export async function comeBack(
  { saml, oidc }: SignInWorld,
  { pool, baseUrl }: Server,
  { kind, redirect, cookie }: Left & { readonly kind: Kind },
): Promise<void> {
  const { host } = new URL(baseUrl);
  const end =
    kind === 'saml'
      ? await pool.request({
          path: '/saml/saml/acs',
          method: 'POST',
          headers: { host, cookie, 'content-type': 'application/x-www-form-urlencoded' },
          body: samlForm(saml, redirect),
        })
      : await pool.request({
          path: `/oidc/oidc/callback?${oidc.approve(redirect).toString()}`,
          method: 'GET',
          headers: { host, cookie },
        });
  const text = await end.body.text();
  if (end.statusCode !== 303 || !String(end.headers['set-cookie']).includes('daypass-session')) {
    throw new Error(`${kind} sign-in answered ${end.statusCode}: ${text.slice(0, 300)}`);
  }
}

export function providerOf(saml: FakeSamlIdp): SamlProvider {
  return { entityId: saml.entityId, ...saml.key() };
}

function samlForm(saml: FakeSamlIdp, redirect: URL): string {
  const { id: requestId, acsUrl, issuer: audience, relayState } = saml.readRequest(redirect);
  const SAMLResponse = samlAnswer(providerOf(saml), { requestId, acsUrl, audience });
  return new URLSearchParams({ SAMLResponse, RelayState: relayState }).toString();
}
